<#
Exports what decides on mail flow in Exchange Online, to be read by relay-harness.

Every cmdlet that is run reads and changes nothing. Least role: "View-Only Configuration"
for stage 1, with "View-Only Recipients" for stage 2. Connect first:
Connect-ExchangeOnline (module ExchangeOnlineManagement). Labels have a session of their
own: Connect-IPPSSession; without one they are left out, and the manifest says so.

  .\export-online.ps1 -Folder C:\export                        stage 1: no persons
  .\export-online.ps1 -Folder C:\export -Recipients a@x, b@y   stage 2: these persons
  .\export-online.ps1 -Folder C:\export -Everybody             stage 2: everybody
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)][string]$Folder,
    [string[]]$Recipients = @(),
    [switch]$Everybody,
    [string[]]$Domains = @()
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$manifest = New-Object System.Collections.ArrayList
New-Item -ItemType Directory -Force -Path $Folder | Out-Null

function Save-Objects {
    param([string]$Name, [string]$Parameters, [scriptblock]$Read)
    $file = Join-Path $Folder "$Name.json"
    $entry = [ordered]@{
        cmdlet = $Name; parameters = $Parameters; file = "$Name.json"
        utc = (Get-Date).ToUniversalTime().ToString('o'); count = 0; sha256 = ''; error = ''
    }
    try {
        # A password that Exchange would show is left out before anything is written.
        $found = @(Invoke-Command -ScriptBlock $Read | Select-Object -Property * -ExcludeProperty 'AuthenticationCredential', 'SerializationData')
        $text = ConvertTo-Json -InputObject $found -Depth 10
        [System.IO.File]::WriteAllText($file, $text, (New-Object System.Text.UTF8Encoding($false)))
        $entry.count = $found.Count
        $entry.sha256 = (Get-FileHash -Algorithm SHA256 -Path $file).Hash.ToLower()
        Write-Host ("{0,-28} {1,6}" -f $Name, $found.Count)
    }
    catch {
        $entry.error = $_.Exception.Message
        Write-Warning "${Name}: $($_.Exception.Message)"
    }
    [void]$manifest.Add($entry)
}

function Save-Manifest {
    $module = Get-Module -Name ExchangeOnlineManagement | Select-Object -First 1
    $tenant = ''
    try { $tenant = (Get-OrganizationConfig).Guid.ToString() } catch { $tenant = '' }
    $all = [ordered]@{
        script = 'export-online.ps1'; platform = 'Exchange Online'; tenant = $tenant
        module = if ($module) { $module.Version.ToString() } else { '' }
        files = $manifest
    }
    $text = ConvertTo-Json -InputObject $all -Depth 10
    $file = Join-Path $Folder 'manifest.json'
    [System.IO.File]::WriteAllText($file, $text, (New-Object System.Text.UTF8Encoding($false)))
}

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

# ---- DNS, as a beginning of internet.toml. Names that nobody answers for are left out.

function Get-Txt {
    param([string]$Name, [string]$Type)
    try { @(Resolve-DnsName -Name $Name -Type $Type -DnsOnly -ErrorAction Stop) } catch { @() }
}

function Add-Spf {
    param([string]$Name, [System.Collections.Specialized.OrderedDictionary]$Known, [int]$Depth)
    if ($Known.Contains($Name) -or $Depth -gt 10) { return }
    $text = @(Get-Txt $Name 'TXT' | Where-Object { $_.Strings } | ForEach-Object { -join $_.Strings })
    $Known[$Name] = $text
    foreach ($term in (($text -match '^v=spf1') -join ' ') -split ' ') {
        if ($term -match '^[+?~-]?include:(.+)$' -or $term -match '^redirect=(.+)$') {
            Add-Spf $Matches[1] $Known ($Depth + 1)
        }
    }
}

$names = $Domains
if (-not $names) { $names = @(Get-AcceptedDomain | ForEach-Object { $_.DomainName.ToString() }) }
$spf = [ordered]@{}
$lines = @('# Written by the export script: what DNS says of the own domains.')
foreach ($name in ($names | Where-Object { $_ -notmatch '\*' })) {
    Add-Spf $name $spf 0
    $mx = @(Get-Txt $name 'MX' | Where-Object { $_.NameExchange } | Sort-Object Preference |
            ForEach-Object { "'$($_.Preference) $($_.NameExchange)'" })
    if ($mx) { $lines += @("", "[dns.'$name']", "MX = [$($mx -join ', ')]") }
}
foreach ($name in $spf.Keys) {
    $texts = @($spf[$name] | Where-Object { $_ -match '^v=spf1' } | ForEach-Object { "'$($_ -replace "'", '')'" })
    if (-not $texts) { continue }
    $head = "[dns.'$name']"
    if ($lines -contains $head) {
        $at = [array]::IndexOf($lines, $head)
        $lines = $lines[0..$at] + @("TXT = [$($texts -join ', ')]") + $lines[($at + 1)..($lines.Count - 1)]
    }
    else { $lines += @("", $head, "TXT = [$($texts -join ', ')]") }
}
[System.IO.File]::WriteAllLines((Join-Path $Folder 'internet.toml'), [string[]]$lines)

# ---- Stage 2: recipients, only those who were named, or everybody on request.

$columns = 'Name', 'DisplayName', 'Alias', 'Identity', 'DistinguishedName', 'Guid', 'RecipientType', 'RecipientTypeDetails',
    'PrimarySmtpAddress', 'EmailAddresses', 'ExternalEmailAddress', 'Manager', 'Department', 'Title', 'Company', 'Office',
    'City', 'StateOrProvince', 'CountryOrRegion', 'CustomAttribute1', 'CustomAttribute2', 'CustomAttribute3',
    'RequireSenderAuthenticationEnabled', 'ModerationEnabled', 'ModeratedBy', 'AcceptMessagesOnlyFromSendersOrMembers',
    'RejectMessagesFromSendersOrMembers', 'MaxReceiveSize', 'HiddenFromAddressListsEnabled'
$forwarding = 'Name', 'Identity', 'PrimarySmtpAddress', 'EmailAddresses', 'RecipientTypeDetails', 'ForwardingAddress',
    'ForwardingSmtpAddress', 'DeliverToMailboxAndForward', 'MaxReceiveSize', 'MaxSendSize',
    'RequireSenderAuthenticationEnabled', 'AcceptMessagesOnlyFromSendersOrMembers', 'RejectMessagesFromSendersOrMembers',
    'ModerationEnabled', 'ModeratedBy', 'BypassModerationFromSendersOrMembers'
$outside = 'Name', 'Identity', 'Guid', 'RecipientType', 'PrimarySmtpAddress', 'EmailAddresses', 'ExternalEmailAddress',
    'UseMapiRichTextFormat', 'MaxReceiveSize', 'RequireSenderAuthenticationEnabled', 'AcceptMessagesOnlyFromSendersOrMembers',
    'RejectMessagesFromSendersOrMembers', 'ModerationEnabled', 'ModeratedBy', 'BypassModerationFromSendersOrMembers'
$replies = 'Identity', 'MailboxOwnerId', 'AutoReplyState', 'StartTime', 'EndTime', 'ExternalAudience'
if ($Everybody) {
    Save-Objects 'Get-Recipient' '-ResultSize Unlimited' { Get-Recipient -ResultSize Unlimited | Select-Object $columns }
    Save-Objects 'Get-Mailbox' '-ResultSize Unlimited' { Get-Mailbox -ResultSize Unlimited | Select-Object $forwarding }
    Save-Objects 'Get-MailContact' '-ResultSize Unlimited' { Get-MailContact -ResultSize Unlimited | Select-Object $outside }
    Save-Objects 'Get-DistributionGroup' '-ResultSize Unlimited' { Get-DistributionGroup -ResultSize Unlimited }
    $groups = @(Get-DistributionGroup -ResultSize Unlimited)
    # Of some mailboxes only, nobody could tell whether others send mail on.
    $boxes = @(Get-Mailbox -ResultSize Unlimited)
    Save-Objects 'Get-InboxRule' 'of each mailbox' { $boxes | ForEach-Object { Get-InboxRule -Mailbox $_.Identity } }
    Save-Objects 'Get-MailboxAutoReplyConfiguration' 'of each mailbox, without the texts' {
        $boxes | ForEach-Object { Get-MailboxAutoReplyConfiguration -Identity $_.Identity } | Select-Object $replies
    }
}
elseif ($Recipients) {
    Save-Objects 'Get-Recipient' "-Identity of $($Recipients.Count)" {
        $Recipients | ForEach-Object { Get-Recipient -Identity $_ -ErrorAction SilentlyContinue } | Select-Object $columns
    }
    Save-Objects 'Get-Mailbox' "-Identity of $($Recipients.Count)" {
        $Recipients | ForEach-Object { Get-Mailbox -Identity $_ -ErrorAction SilentlyContinue } | Select-Object $forwarding
    }
    Save-Objects 'Get-MailContact' "-Identity of $($Recipients.Count)" {
        $Recipients | ForEach-Object { Get-MailContact -Identity $_ -ErrorAction SilentlyContinue } | Select-Object $outside
    }
    $groups = @($Recipients | ForEach-Object { Get-DistributionGroup -Identity $_ -ErrorAction SilentlyContinue })
}
else { $groups = @() }
if ($groups) {
    Save-Objects 'Get-DistributionGroupMember' '-ResultSize Unlimited, a list a group' {
        $members = [ordered]@{}
        foreach ($group in $groups) {
            $all = Get-DistributionGroupMember -Identity $group.Identity -ResultSize Unlimited
            $members[$group.PrimarySmtpAddress.ToString()] = @($all | Select-Object -Property 'Name', 'PrimarySmtpAddress', 'RecipientType')
        }
        [pscustomobject]$members
    }
}
Save-Manifest
Write-Host "Written to $Folder. Look at it before you hand it to anybody."
