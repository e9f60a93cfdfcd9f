"""Tables of Export-Csv and Excel: what they carry is read, what they lost is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.exchange.rules.values import NotJudged
from harness.exports import RawFile, make_tenant
from tests.exports.shapes import domain, is_on_lines, online, refusals, tenant

DOMAINS = "DomainName,DomainType,MatchSubDomains,Default\n"
OWN = "contoso.example,Authoritative,False,True\n"
TYPED = "#TYPE Deserialized.Microsoft.Exchange.Data.AcceptedDomain\r\n"
QUOTED = '"DomainName","DomainType","MatchSubDomains","Default"\r\n'
RULES = "Name,Priority,State,Mode,SubjectContainsWords,RouteMessageOutboundConnector\n"


def domains(octets):
    given = octets if isinstance(octets, bytes) else octets.encode()
    files = {k: v for k, v in online().items() if k != "domains.json"}
    return tenant({**files, "domains.csv": given})


@pytest.mark.parametrize(
    "text",
    [
        DOMAINS + OWN,
        (DOMAINS + OWN).replace(",", ";"),
        (DOMAINS + OWN).replace(",", "\t"),
        TYPED + QUOTED + OWN.replace("\n", "\r\n"),
        "sep=;\r\n" + (DOMAINS + OWN).replace(",", ";"),
        DOMAINS + "\n" + OWN + ",,,\n",
        "\ufeff" + DOMAINS + OWN,
        (DOMAINS + OWN).encode("utf-16"),
    ],
    ids=range(8),
)
def test_a_table_is_the_objects_that_it_was_made_of(text):
    found = domains(text)
    assert tenant(online()).organization.accepted_domains == (
        found.organization.accepted_domains or ()
    )
    (line,) = [f for f in found.account.files if f.file == "domains.csv"]
    assert ("Get-AcceptedDomain", 1) == (line.what, line.count)
    assert "lists are lost" in line.remark


def test_the_code_page_that_had_to_be_assumed_is_named():
    text = (DOMAINS + OWN).replace("\n", ";Name\n", 1).replace("True\n", "True;Größe\n")
    found = domains(text.replace(",", ";").encode("cp1252"))
    (line,) = [f for f in found.account.files if f.file == "domains.csv"]
    assert "taken for Windows-1252" in line.remark


def rules(row, header=RULES):
    files = {k: v for k, v in online().items() if k != "rules.json"}
    found = tenant({**files, "rules.csv": header + row})
    return list(found.organization.rules or ())


def test_one_word_is_a_word_and_several_are_lost():
    (one,) = rules("Relay,0,Enabled,Enforce,Secure,Zivver\n")
    assert ("Secure",) == one.conditions[0].value.operands
    assert "Words" == type(one.conditions[0].value).__name__
    for cell in (
        "System.Object[]",
        '"Secure, Veilig"',
        "Secure|Veilig",
        "Secure;Veilig",
    ):
        (several,) = rules(f"Relay,0,Enabled,Enforce,{cell},Zivver\n")
        (unknown,) = several.conditions
        assert ("SubjectContainsWords", NotJudged) == (
            unknown.predicate,
            type(unknown.value),
        )


def test_a_connector_without_its_lists_is_not_judged_by_name():
    text = (
        "Name,Enabled,UseMXRecord,SmartHosts,TlsSettings,IsTransportRuleScoped,"
        "RecipientDomains\nOther,True,False,{row},CertificateValidation,True,\n"
    )
    lost = tenant(online(**{"c.csv": text.format(row="System.String[]")})).organization
    (other, _) = list(lost.outbound_connectors or ())
    assert ("SmartHosts",) == other.unjudged
    kept = tenant(online(**{"c.csv": text.format(row='"{a.example, b.example}"')}))
    (other, _) = list(kept.organization.outbound_connectors or ())
    assert (("a.example", "b.example"), ()) == (other.smart_hosts, other.unjudged)


def test_a_cost_is_a_part_of_a_space_and_no_end_of_a_value():
    row = '"SMTP:*;1|SMTP:zivver.org;2"'
    text = f"Name,AddressSpaces,DNSRoutingEnabled,SmartHosts\nX,{row},True,\n"
    files = {"domains.json": [domain()], "s.csv": text}
    (only,) = list(tenant(files).organization.send_connectors or ())
    assert [("*", 1), ("zivver.org", 2)] == [
        (s.domain, s.cost) for s in only.address_spaces
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            DOMAINS + "contoso.example,Authoritative\n",
            "domains.csv:2: 2 values, expected",
        ),
        (DOMAINS + 'contoso.example,"Autho\n', "domains.csv:2: no row of a table"),
        (DOMAINS + OWN + 'a,"b"c,d,e\n', "domains.csv:3: no row of a table"),
        (DOMAINS.replace("Default", "DomainType") + OWN, "the column `domaintype`"),
        (
            DOMAINS + "contoso.example,System.Object[],False,True\n",
            "domains.csv:2: `DomainType` is `System.Object[]`: Export-Csv wrote",
        ),
    ],
    ids=range(5),
)
def test_a_broken_table_is_one_line(text, expected):
    (said,) = refusals(lambda: domains(text))
    assert expected in said


def test_people_without_their_addresses_are_one_line_and_not_one_each():
    text = "Name,PrimarySmtpAddress,EmailAddresses,RecipientType\n" + "".join(
        f"p{n},p{n}@contoso.example,System.Object[],UserMailbox\n" for n in range(9)
    )
    (said,) = refusals(lambda: tenant(online(**{"people.csv": text})))
    assert said.startswith("people.csv:2: `EmailAddresses` is `System.Object[]`")


CELLS = st.text("aA,;\"'\n\t|.[]{} \ufeff1", max_size=12)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=7), max_size=6)
HEADERS = st.sampled_from([RULES, DOMAINS, "Name,SmartHosts,UseMXRecord\n", ""])


@pytest.mark.property
@given(HEADERS, ROWS, st.sampled_from(",;\t"))
def test_no_table_is_too_strange(header, rows_, sign):
    text = header + "\n".join(sign.join(row) for row in rows_)
    raw = RawFile("t.csv", text.encode())
    assert is_on_lines(refusals(lambda: make_tenant("x", [raw])))
