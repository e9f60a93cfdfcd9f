"""One small export of every format, of our own making, and how to spoil one."""

import json

from tests.exports.archives_at_hand import packed
from tests.exports.shapes import (
    SHAPES,
    contact,
    domain,
    online,
    outbound,
    person,
    powershell,
    receive,
    rule,
    send,
)

PROLOG = '<?xml version="1.0" encoding="utf-16" standalone="yes"?>\r\n'
COLLECTION = (
    PROLOG
    + """<rules name="TransportVersioned">
<rule name="Relay" id="1" format="cmdlet"><version requiredMinVersion="15.0.3.0">
<commandBlock><![CDATA[New-TransportRule -Name 'Relay' -Comments 'it''s
' -SubjectContainsWords 'Secure', 'Veilig' -SetSCL -1]]></commandBlock></version></rule>
</rules>"""
)
DLP = """<?xml version="1.0" encoding="UTF-8"?><dlpPolicyTemplates><dlpPolicyTemplate>
<policyCommands><commandBlock><![CDATA[ new-transportRule "Cards" -DlpPolicy "%%P%%"
 ]]></commandBlock></policyCommands></dlpPolicyTemplate></dlpPolicyTemplates>"""
CLIXML = """<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">
<Obj RefId="0"><TN RefId="0"><T>A.Type</T></TN><ToString>Zivver</ToString><Props>
<S N="Name">Zivver_x000A_</S><B N="UseMXRecord">false</B><B N="Enabled">true</B>
<Obj N="SmartHosts" RefId="1"><TNRef RefId="0"/><LST><S>smtp.zivver.com</S></LST></Obj>
<Nil N="RecipientDomains"/><BA N="SerializationData">AAEAAAD</BA></Props>
</Obj></Objs>"""
LISTED = """Enabled          : True
UseMXRecord      : False
RecipientDomains : {}
SmartHosts       : {smtp.zivver.com, 192.0.2.1}
Name             : Zivver
"""
SCRIPT = """# a note
$hosts = @('smtp.zivver.com')
$params = @{ Name = 'Relay'; SubjectContainsWords = "Secure", 'Veilig' }
New-TransportRule @params -RouteMessageOutboundConnector Zivver `
  -ApplyHtmlDisclaimerText @"
<p>so "it" is</p>
"@ -ExceptIfFrom $nobody
New-OutboundConnector -Name Zivver -SmartHosts $hosts -UseMXRecord:$false | fl
"""
DSC = """Configuration C { Node localhost {
    EXOTransportRule "EXOTransportRule-Relay"
    {
        Name = "Relay"; Enabled = $True; Priority = 0
        SubjectContainsWords = @("Secure","it`"s"); From = @("a@$OrganizationName");
    }
    EXOOutboundConnector "Z" { Identity = "Z"; SmartHosts = @("a.b"); Ensure = "X" }
} }
"""
SNAPSHOT = {
    "resources": [
        {
            "resourceType": "microsoft.exchange.transportrule",
            "properties": {"Name": "Relay", "From": [], "Enabled": True},
        }
    ]
}
TABLE = "DomainName;DomainType;MatchSubDomains;Default\r\nx.example;Authoritative;;True"
OBJECTS = [rule(), outbound(), domain(), person(), contact()]

# A name and octets of each.
SEEDS = (
    *(("rules.json", write([rule(), rule(Name="b", Priority=1)])) for write in SHAPES),
    ("send.json", powershell([send()])),
    ("receive.json", powershell([receive()])),
    ("mixed.jsonl", "\n".join(map(json.dumps, OBJECTS)).encode()),
    ("rules.xml", COLLECTION.encode("utf-16")),
    ("rules.xml", COLLECTION.encode()),
    ("dlp.xml", DLP.encode()),
    ("x.clixml", CLIXML.encode("utf-16-le")),
    ("x.clixml", CLIXML.encode()),
    ("pasted.txt", LISTED.encode()),
    ("script.ps1", SCRIPT.encode()),
    ("script.ps1", SCRIPT.encode("utf-16")),
    ("tenant.ps1", DSC.encode()),
    ("snapshot.json", powershell(SNAPSHOT)),
    ("template.json", powershell({"routing": {"inline": rule(), "Option": {}}})),
    ("domains.csv", TABLE.encode("cp1252")),
    ("all.zip", packed(online())),
    ("zivver.toml", b'allowlist = ["contoso.example"]\n[settings]\nis_down = false\n'),
    ("internet.toml", b'outbound_address = "192.0.2.1"\n[dns."a.example"]\nA = []\n'),
    ("zivver-accounts.csv", b"address;state\r\nanna@contoso.example;active\r\n"),
    ("manifest.json", b'{"script": "relay-harness export-script", "files": []}'),
)
TOKENS = (
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"]",
    b"{",
    b'"',
    b"'",
    b"<![CDATA[",
    b"]]>",
    b"&a;",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"-Name",
    b"$x",
    b"@(",
    b'@"\n',
    b"`\n",
    b"System.Object[]",
    b"null",
    b"1e999",
    b"\\ud800",
    b"[" * 500,
    b"{" * 500,
    b"(" * 200,
    b"<Obj>" * 90,
    b" " * 3000,
    b"a" * 3000,
    b",,,,",
    b"..",
    b"PK\x03\x04",
    "\u201c".encode(),
    "é".encode("cp1252"),
)


def spoilt(seeds, draw):
    """Spoil one of several exports in one to four places; `draw` is a dice."""
    name, octets = draw.choice(seeds)
    data = bytearray(octets)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(data) + 1)
        end = min(len(data), at + draw.choice((1, 1, 2, 8, 64, len(data))))
        match draw.randrange(7):
            case 0:
                del data[at:end]
            case 1:
                data[at:at] = draw.choice(TOKENS)
            case 2:
                data[at:end] = draw.choice(TOKENS)
            case 3:
                data[at:at] = data[at:end]
            case 4:
                data[at : at + 1] = bytes([draw.randrange(256)])
            case 5:
                _, other = draw.choice(seeds)
                start = draw.randrange(len(other) + 1)
                data[at:end] = other[start : start + 200]
            case _:
                data = data[: at or 1]
    kept = draw.randrange(8)
    return (draw.choice(seeds)[0] if not kept else name), bytes(data)
