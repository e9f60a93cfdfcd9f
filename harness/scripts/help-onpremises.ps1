<#
Exports what decides on mail flow in Exchange Server, to be read by relay-harness.

Every cmdlet that is run reads and changes nothing. Least role: "View-Only Configuration"
for stage 1, with "View-Only Recipients" for stage 2. Run it in the Exchange Management
Shell.

  .\export-onpremises.ps1 -Folder C:\export                        stage 1: no persons
  .\export-onpremises.ps1 -Folder C:\export -Recipients a@x, b@y   stage 2: these persons
  .\export-onpremises.ps1 -Folder C:\export -Everybody             stage 2: everybody
#>
