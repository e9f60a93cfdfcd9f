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
