$platform = 'Exchange Online'
$module = Get-Module -Name ExchangeOnlineManagement | Select-Object -First 1
$version = if ($module) { $module.Version.ToString() } else { '' }

# ---- Stage 1: configuration, no persons.

Save-Objects 'Get-TransportRule' '-ResultSize Unlimited' { Get-TransportRule -ResultSize Unlimited }
# By default the cmdlet lists neither those for rules only nor those in test mode.
Save-Objects 'Get-OutboundConnector' '-IncludeTestModeConnectors and -IsTransportRuleScoped, both ways, by Guid' {
    $plain = @(Get-OutboundConnector -IncludeTestModeConnectors $true)
    $scoped = @(Get-OutboundConnector -IncludeTestModeConnectors $true -IsTransportRuleScoped $true)
    ($plain + $scoped) | Sort-Object -Property Guid -Unique
}
Save-Objects 'Get-InboundConnector' '-ResultSize Unlimited' { Get-InboundConnector -ResultSize Unlimited }
Save-Objects 'Get-AcceptedDomain' '-ResultSize Unlimited' { Get-AcceptedDomain -ResultSize Unlimited }
Save-Objects 'Get-RemoteDomain' '-ResultSize Unlimited' { Get-RemoteDomain -ResultSize Unlimited }
Save-Objects 'Get-JournalRule' '' { Get-JournalRule }
Save-Objects 'Get-TransportConfig' '' { Get-TransportConfig }
Save-Objects 'Get-OrganizationConfig' '' { Get-OrganizationConfig }
Save-Objects 'Get-HostedOutboundSpamFilterPolicy' '' { Get-HostedOutboundSpamFilterPolicy }
if (Get-Command -Name Get-Label -ErrorAction SilentlyContinue) {
    Save-Objects 'Get-Label' '' { Get-Label }
    Save-Objects 'Get-LabelPolicy' '' { Get-LabelPolicy }
}
else {
    [void]$manifest.Add([ordered]@{
            cmdlet = 'Get-Label'; parameters = ''; file = ''; utc = (Get-Date).ToUniversalTime().ToString('o')
            count = 0; sha256 = ''; error = 'no session: Connect-IPPSSession first'
        })
}

