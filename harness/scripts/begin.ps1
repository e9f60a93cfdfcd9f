[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)][string]$Folder,
    [string[]]$Recipients = @(),
    [switch]$Everybody,
    [string[]]$Domains = @(),
    [string[]]$Placeholders = @('zivver.org')
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
    param([string]$Platform, [string]$Version)
    $tenant = ''
    try { $tenant = (Get-OrganizationConfig).Guid.ToString() } catch { $tenant = '' }
    $all = [ordered]@{
        script = 'relay-harness export-script'; platform = $Platform; version = $Version; tenant = $tenant
        files = $manifest
    }
    $text = ConvertTo-Json -InputObject $all -Depth 10
    $file = Join-Path $Folder 'manifest.json'
    [System.IO.File]::WriteAllText($file, $text, (New-Object System.Text.UTF8Encoding($false)))
}

