$platform = 'Exchange Server'
$server = Get-ExchangeServer | Select-Object -First 1
$version = if ($server) { $server.AdminDisplayVersion.ToString() } else { '' }

# ---- Stage 1: configuration, no persons.

Save-Objects 'Get-TransportRule' '' { Get-TransportRule }
Save-Objects 'Get-SendConnector' '' { Get-SendConnector }
Save-Objects 'Get-ReceiveConnector' '' { Get-ReceiveConnector }
Save-Objects 'Get-AcceptedDomain' '' { Get-AcceptedDomain }
Save-Objects 'Get-RemoteDomain' '' { Get-RemoteDomain }
Save-Objects 'Get-JournalRule' '' { Get-JournalRule }
Save-Objects 'Get-TransportConfig' '' { Get-TransportConfig }
Save-Objects 'Get-TransportService' '' { Get-TransportService }
Save-Objects 'Get-OrganizationConfig' '' { Get-OrganizationConfig }
Save-Objects 'Get-ExchangeServer' '' { Get-ExchangeServer }
Save-Objects 'Get-AdSiteLink' '' { Get-AdSiteLink }

