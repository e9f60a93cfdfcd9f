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
# Where mail to the placeholder would go if no connector took it.
foreach ($name in (@($names) + $Placeholders | Where-Object { $_ -notmatch '\*' } | Select-Object -Unique)) {
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
    'City', 'StateOrProvince', 'CountryOrRegion', 'PostalCode', 'FirstName', 'LastName', 'Notes', 'Phone', 'ManagedBy',
    'CustomAttribute1', 'CustomAttribute2', 'CustomAttribute3', 'CustomAttribute4', 'CustomAttribute5', 'CustomAttribute6',
    'CustomAttribute7', 'CustomAttribute8', 'CustomAttribute9', 'CustomAttribute10', 'CustomAttribute11',
    'CustomAttribute12', 'CustomAttribute13', 'CustomAttribute14', 'CustomAttribute15',
    'RequireSenderAuthenticationEnabled', 'ModerationEnabled', 'ModeratedBy', 'AcceptMessagesOnlyFromSendersOrMembers',
    'RejectMessagesFromSendersOrMembers', 'MaxReceiveSize', 'HiddenFromAddressListsEnabled'
$forwarding = 'Name', 'Identity', 'PrimarySmtpAddress', 'EmailAddresses', 'RecipientTypeDetails', 'ForwardingAddress',
    'ForwardingSmtpAddress', 'DeliverToMailboxAndForward', 'MaxReceiveSize', 'MaxSendSize',
    'RequireSenderAuthenticationEnabled', 'AcceptMessagesOnlyFromSendersOrMembers', 'RejectMessagesFromSendersOrMembers',
    'ModerationEnabled', 'ModeratedBy', 'BypassModerationFromSendersOrMembers'
$outside = 'Name', 'Identity', 'Guid', 'RecipientType', 'PrimarySmtpAddress', 'EmailAddresses', 'ExternalEmailAddress',
    'UseMapiRichTextFormat', 'MaxReceiveSize', 'RequireSenderAuthenticationEnabled', 'AcceptMessagesOnlyFromSendersOrMembers',
    'RejectMessagesFromSendersOrMembers', 'ModerationEnabled', 'ModeratedBy', 'BypassModerationFromSendersOrMembers'
$lists = 'Name', 'DisplayName', 'Alias', 'Identity', 'DistinguishedName', 'Guid', 'RecipientType', 'PrimarySmtpAddress',
    'EmailAddresses', 'ManagedBy', 'MemberJoinRestriction', 'MemberDepartRestriction', 'ReportToManagerEnabled',
    'ReportToOriginatorEnabled', 'RequireSenderAuthenticationEnabled', 'AcceptMessagesOnlyFromSendersOrMembers',
    'RejectMessagesFromSendersOrMembers', 'ModerationEnabled', 'ModeratedBy', 'BypassModerationFromSendersOrMembers',
    'MaxReceiveSize'
$replies = 'Identity', 'MailboxOwnerId', 'AutoReplyState', 'StartTime', 'EndTime', 'ExternalAudience'
if ($Everybody) {
    Save-Objects 'Get-Recipient' '-ResultSize Unlimited' { Get-Recipient -ResultSize Unlimited | Select-Object $columns }
    Save-Objects 'Get-Mailbox' '-ResultSize Unlimited' { Get-Mailbox -ResultSize Unlimited | Select-Object $forwarding }
    Save-Objects 'Get-MailContact' '-ResultSize Unlimited' { Get-MailContact -ResultSize Unlimited | Select-Object $outside }
    Save-Objects 'Get-DistributionGroup' '-ResultSize Unlimited' { Get-DistributionGroup -ResultSize Unlimited | Select-Object $lists }
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
    if ($groups) { Save-Objects 'Get-DistributionGroup' "-Identity of $($Recipients.Count)" { $groups | Select-Object $lists } }
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
Save-Manifest -Platform $platform -Version $version
Write-Host "Written to $Folder. Look at it before you hand it to anybody."
