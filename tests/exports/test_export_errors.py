"""What cannot be read is refused with one clear line, and never with a crash."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.exchange.rules.rule import parameter_names
from harness.exports import ExportError, RawFile, make_tenant
from tests.exports.shapes import (
    contact,
    domain,
    is_on_lines,
    online,
    outbound,
    person,
    receive,
    refusals,
    rule,
    send,
    server,
    tenant,
)

DEEP = b"[" * 100_000
LOGIN = '[[connector_credential]]\nconnector = "Zivver"\nuser = "u"\npassword = "p"\n'
LONG = "x" * 1_048_576


def complaint(files):
    with pytest.raises(ExportError) as caught:
        tenant(files)
    said = str(caught.value)
    assert "\n" not in said
    assert len(said) < 600
    return said


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (
            b'[\n{"Name": "a",',
            "r.json:2: no JSON at column 14: the file ends too early",
        ),
        (b'[{"Name": "a"}', "r.json:1: no JSON at column 15: the file ends too early"),
        (b'[\n{"Name": tru}]', "r.json:2: no JSON at column 10: expecting value"),
        (b'[{"a": 1}] [', "r.json:1: no JSON at column 12: something follows the end"),
        (b'[{"a": 1} {"a": 2}]', "r.json:1: no JSON at column 11: expected `,` or `]`"),
        (b"<other/>", "r.json:1: `<other/>`, expected JSON"),
        (b"MZ\x90\x00", "r.json: no UTF-8 at byte 2"),
        (b"[\n\x00]", "r.json:2: a NUL character"),
        (DEEP, "nested too deeply"),
        (b'[{"a": NaN}]', "`NaN` is no JSON number"),
        (b'[{"a": ' + b"9" * 5000 + b"}]", "a number too long"),
        (b'[{"a": 1, "a": 2}]', "`a` stands twice in one object"),
        (b'[{"a": 1, "A": 2}]', "differ in upper and lower case only"),
        (b'[{"a": "\\ud800"}]', "half of a surrogate pair"),
        (b"[1]", "r.json:1: `1`, expected an exported object"),
        (json.dumps([{"a": LONG}]).encode(), "a text of 1048576 characters, at most"),
    ],
    ids=range(16),
)
def test_octets_that_are_no_export(octets, expected):
    assert expected in complaint(online(**{"r.json": octets}))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"Priority": "x"}, "rules.json:2: `Priority` is `x`, expected 0 to"),
        ({"Mode": 0}, "Mode: `0`, expected Enforce"),
        (
            {"SubjectContainsWords": [{"a": 1}]},
            "`SubjectContainsWords` holds an object",
        ),
        ({"SubjectContainsWords": [["a"]]}, "holds a list in a list"),
        ({"SubjectContainsWords": ["a", ""]}, "holds an empty value"),
        ({"SubjectContainsWords": ["a" * 200]}, "a word of 200 characters"),
        ({"SubjectMatchesPatterns": ["(" * 40_000]}, "more than 32768 characters"),
        ({"ActivationDate": "24.12.2025"}, "is no date that we can read"),
        ({"HeaderContainsWords": ["a"]}, "without `HeaderContainsMessageHeader`"),
        ({"SentToScope": "Internal"}, "unknown scope `Internal`"),
        ({"Name": None}, "an object without `Name`"),
        ({"State": "On"}, "expected Enabled or Disabled"),
    ],
    ids=range(12),
)
def test_rules_that_exchange_would_not_take(more, expected):
    assert expected in complaint(online([rule(**more)]))


def test_two_rules_of_one_priority():
    said = complaint(online([rule(), rule(Name="Other")]))
    assert "rule `Other` has priority 0, and so has `Relay` (rules.json:2)" in said


@pytest.mark.parametrize(
    ("file", "value", "expected"),
    [
        ("connectors.json", outbound(TlsSettings="Maybe"), "EncryptionOnly"),
        ("connectors.json", outbound(TlsSettings=3), "`-EnumsAsStrings`"),
        ("connectors.json", outbound(Enabled="perhaps"), "expected true or false"),
        ("connectors.json", outbound(RecipientDomains="a.*.b"), "expected a domain"),
        ("connectors.json", outbound(SmartHosts=["a b"]), "expected a host name"),
        ("connectors.json", outbound(SmartHosts=["192.0.2.0/99"]), "a range of"),
        ("connectors.json", outbound(TlsDomain=["a", "b"]), "2 values, expected one"),
        ("connectors.json", outbound(TlsDomain="a.*.b"), "expected a domain or `*."),
        (
            "connectors.json",
            outbound(TlsSettings="DomainValidation", TlsDomain=None),
            "expected a `TlsDomain`",
        ),
        (
            "connectors.json",
            outbound(UseMXRecord=False, SmartHosts=[]),
            "`SmartHosts` is empty",
        ),
        (
            "connectors.json",
            outbound(AllAcceptedDomains=True),
            "`AllAcceptedDomains` is only of `ConnectorType` `OnPremises`",
        ),
        ("connectors.json", [outbound(), outbound(Comment="x")], "stands twice"),
        ("domains.json", domain(DomainType="Own"), "expected Authoritative"),
        ("domains.json", domain(DomainName="a b"), "expected a domain"),
        ("people.json", person(PrimarySmtpAddress="anna"), "is no address"),
        ("people.json", person(EmailAddresses=["SMTP:a b@c"]), "is no address"),
        (
            "people.json",
            [person(), person("bob"), outbound()],
            "people.json:24: this looks like `Get-OutboundConnector`, the first object",
        ),
        ("people.json", [person(), {"a": 1}], "this looks like no known cmdlet"),
    ],
    ids=range(18),
)
def test_objects_of_exchange_online_that_are_ill_formed(file, value, expected):
    said = complaint(online(**{file: value}))
    assert said.startswith(f"{file}:")
    assert expected in said


@pytest.mark.parametrize(
    ("file", "value", "expected"),
    [
        ("send.json", send(AddressSpaces=["*zivver.org"]), "`*.domain` or `*`"),
        ("send.json", send(AddressSpaces=["SMTP:a.example;0"]), "a cost of 1 to 100"),
        (
            "send.json",
            send(AddressSpaces=["SMTP:"]),
            "holds `SMTP:`, expected a domain",
        ),
        ("send.json", send(SmartHosts=[{"IsIPAddress": False}]), "holds nothing"),
        ("send.json", send(Port=70_000), "expected 0 to 65535"),
        ("send.json", send(MaxMessageSize={"Value": {"a": 1}}), "holds an object"),
        ("send.json", send(MaxMessageSize="much"), "expected a size"),
        ("receive.json", receive(RemoteIPRanges=["10.0.0.9-10.0.0.1"]), "a range"),
        ("receive.json", receive(RemoteIPRanges=["10.0.0.1-::1"]), "a range or CIDR"),
        ("contacts.json", contact(ExternalEmailAddress="SMTP:x"), "is no address"),
    ],
    ids=range(10),
)
def test_objects_of_a_server_that_are_ill_formed(file, value, expected):
    said = complaint(server(**{file: value}))
    assert said.startswith(f"{file}:")
    assert expected in said


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "exchange-routing#A20": (
        {"DNSRoutingEnabled": True},
        "beside `DNSRouting",
    ),
    "no host": ({"SmartHosts": []}, "there are no `SmartHosts`"),
    "exchange-routing#A21": (
        {"TlsAuthLevel": "DomainValidation", "RequireTLS": True},
        "expected a `TlsDomain`",
    ),
    "exchange-routing#A22": (
        {"TlsAuthLevel": "CertificateValidation"},
        "`RequireTLS` is false",
    ),
    "exchange-routing#A23": (
        {"AuthenticationCredential": None},
        "expected an `AuthenticationCredential`",
    ),
    "exchange-routing#A24": ({"AddressSpaces": ["*contoso.com"]}, "`*.domain` or `*`"),
    "two minds": ({"IgnoreSTARTTLS": True, "RequireTLS": True}, "expected one of them"),
    "no host to log in to": (
        {"DNSRoutingEnabled": True, "SmartHosts": []},
        "expected smart hosts",
    ),
    "mutual TLS by smart host": (
        {"DomainSecureEnabled": True},
        "expected `DNSRoutingEnabled` true",
    ),
    "fax by DNS": (
        {
            "AddressSpaces": ["FAX:*;1"],
            "DNSRoutingEnabled": True,
            "SmartHosts": [],
            "SmartHostAuthMechanism": "None",
        },
        "a type other than SMTP",
    ),
}


@pytest.mark.parametrize("vector", REFUSED)
def test_settings_that_exchange_refuses_are_refused_on_one_line(vector):
    # exchange-routing#A20, exchange-routing#A21, exchange-routing#A22,
    # exchange-routing#A23, exchange-routing#A24, and others of exchange-routing#2.1
    more, expected = REFUSED[vector]
    said = complaint(server(**{"send.json": [send(**more)]}))
    assert said.startswith("send.json:2: ")
    assert expected in said


def test_settings_that_were_not_exported_are_not_refused_together():
    given = send()
    del given["DNSRoutingEnabled"]
    organization = tenant(server(**{"send.json": [given]})).organization
    (found,) = organization.send_connectors or ()
    assert ("DNSRoutingEnabled (not exported)",) == found.unjudged


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "\n[[acount]]\n",
            "zivver.toml:2: unknown key `acount`, did you mean `account`",
        ),
        (
            '[[account]]\naddress = "a@b"\n[[account]]\naddress = "x"\n',
            "zivver.toml:4: `address`: `x` is no address",
        ),
        ('[[account]]\nkind = "user"\n', "zivver.toml:1: `address` is missing"),
        (
            '[[account]]\naddress = "a@b"\nstate = "activ"\n',
            "zivver.toml:3: `state` is `activ`, did you mean `active`?",
        ),
        ("allowlist = 3\n", "`allowlist` is a number, expected a list of texts"),
        ("account = 3\n", "`account` is a number, expected tables [[account]]"),
        ("x = \n", "zivver.toml:1: no TOML"),
        ("[settings]\nis_down = 1\n", "zivver.toml:2: `is_down` is a number"),
        ('[delivering]\nminimum = "fax"\n', "expected not_required, email"),
        ("a = " + "[" * 5000, "zivver.toml:1: no TOML"),
        (
            '"al\\u006cowlist" = 3\n',
            "zivver.toml:1: `allowlist` is a number, expected a list of texts",
        ),
        (
            '[settings]\nsize_limit = "35 MB"\n',
            "zivver.toml:2: `size_limit` is a text, expected a whole number",
        ),
        (
            "[settings]\nsize_limit = true\n",
            "is true or false, expected a whole number",
        ),
        ("[settings]\nsize_limit = 0\n", "`size_limit` is 0, expected 1 to"),
        ("[settings]\nports = [26]\n", "`ports` is `[26]`, expected some of 25, 587"),
        ('allowlist = ["a b"]\n', "zivver.toml:1: `allowlist` holds `a b`, no domain"),
        ('settings = "none"\n', "`settings` is a text, expected a table [settings]"),
        (
            'host = """\nis_down = 1"""\n[settings]\nis_down = 1\n',
            "zivver.toml:4: `is_down` is a number",
        ),
        (
            LOGIN + LOGIN,
            "zivver.toml:6: `Zivver` has credentials twice",
        ),
        (
            '[[connector_credential]]\nconnector = "Other"\nuser = "u"\npassword = "p"',
            "credentials for `Other`, which is no send connector; there is `Zivver`",
        ),
    ],
    ids=range(20),
)
def test_a_zivver_file_that_is_ill_formed(text, expected):
    assert expected in complaint(server(**{"zivver.toml": text}))


def _trigger(text):
    return f"[gateway]\nhosts = 'a'\n[[gateway.trigger]]\n{text}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('outbound_adress = "1"', "did you mean `outbound_address`?"),
        ('outbound_address = "1.2"', "internet.toml:1: `outbound_address` is `1.2`"),
        ('[dns."a.example"]\nMX = ["mx.a.example"]', "internet.toml:2: `mx.a.example`"),
        ('[dns."a.example"]\nMXX = []', "internet.toml:2: unknown key `MXX`"),
        ("[sites]\nmailbox_server = 'A'", "internet.toml:1: `servers` is missing"),
        (
            "[sites]\nmailbox_server = 'B'\nservers = { A = 'x' }",
            "internet.toml:2: `B` does not stand in `servers`",
        ),
        (
            "[sites]\nservers = { A = 'x', B = 'y' }",
            "no link joins the sites `x` and `y`",
        ),
        (
            "[sites]\nservers = { A = 'x' }\n[[sites.link]]\nbetween = ['x']",
            "internet.toml:4: `between`: expected two sites or more",
        ),
        (
            (
                "[sites]\nservers = { A = 'x' }\n[[sites.link]]\n"
                "between = ['x', 'y']\nmax_message_size = 'big'"
            ),
            "internet.toml:5: `max_message_size` is `big`, expected a size",
        ),
        ('[dns."a.example"]\nA = ["::1"]', "`::1` is no IPv4 address"),
        ('[dns."a.example"]\nAAAA = ["mx"]', "toml:2: `mx` is no IPv6 address"),
        ('dns = { "a.example" = 1 }', "`a.example` is a number, expected a table"),
        ("[dns.a.example]\nA = []", "toml:1: unknown key `example`"),
        ('[[host]]\nstarttls = "no"', "`name` is missing"),
        (
            (
                '[[host]]\nname = "a"\nrefuses = '
                '[{ stage = "STARTTLS", reply = "550 no" }]'
            ),
            "a cannot refuse STARTTLS",
        ),
        (
            '[[host]]\nname = "a"\n[[host.refuses]]\nstage = "RCPT"\nreply = "no"',
            "internet.toml:5: `reply`: `no` is no reply",
        ),
        ("[gateway]\nhelo = 'a'", "internet.toml:1: `hosts` is missing"),
        ("gateway = 1", "`gateway` is a number, expected a table [gateway]"),
        ("[gateway]\nhost = 'a'", "toml:2: unknown key `host`, did you mean `hosts`?"),
        (
            "[gateway]\nhosts = 'a'\naddresses = 'b'",
            "toml:3: `addresses` holds `b`, expected an address",
        ),
        (
            "[gateway]\nhosts = 'a'\nuser = 'b'",
            "`password` is missing beside the other",
        ),
        (
            "[gateway]\nhosts = 'a'\npassword = 'b'",
            "`user` is missing beside the other",
        ),
        (
            "[gateway]\nhosts = 'a'\nadds = 'b'",
            "toml:3: `adds` holds `b`, expected `Na",
        ),
        ("[[gateway]]\nhosts = 'a'\nzivver_port = 0", "`zivver_port` is 0, expected 1"),
        (_trigger(""), "a trigger has one of subject, header, label, sender"),
        (
            _trigger("subject = 'a'\nlabel = 'b'"),
            "a trigger has one of subject, header",
        ),
        (_trigger("subject = 'a'\ncontains = 'b'"), "`contains` belongs to `header`"),
        (_trigger("header = 'a'"), "`contains` is missing"),
        (_trigger("label = 'a'"), "internet.toml:4: `label` is `a`, no GUID"),
        (_trigger("sender = 'a'"), "internet.toml:4: `sender`: `a` is no address"),
    ],
    ids=range(30),
)
def test_an_internet_file_that_is_ill_formed(text, expected):
    assert expected in complaint(server(**{"internet.toml": text}))


def test_a_password_never_stands_in_a_message():
    said = complaint(server(**{"zivver.toml": "[[credential]]\npassword = 12345\n"}))
    assert "12345" not in said


def test_a_folder_without_any_known_export():
    assert "no file of a known cmdlet" in complaint({"notes.txt": "x"})
    assert "no file of a known cmdlet" in complaint({})


def test_nothing_tells_the_platform():
    assert "nothing tells Exchange Online from a server" in complaint(
        {"domains.json": [domain()]}
    )


# ---------------------------------------------------------------------- laws

NAMES = st.sampled_from(
    sorted(
        {*rule(), *outbound(), *send(), *domain(), *person(), *contact(), *receive()}
    )
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["SMTP:x", "a@b", "Enabled", "/Date(99999999999999999)/", "*", "("]
    )
)
NOISE = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(NAMES | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=25,
)
KNOWN = st.sampled_from([rule, outbound, send, domain, person, contact, receive])
SPOILT = st.builds(
    lambda make, more: make(**more), KNOWN, st.dictionaries(NAMES, NOISE, max_size=4)
)
FILES = st.dictionaries(
    st.sampled_from(["a.json", "Get-Recipient.json", "b.txt", "zivver.toml", "c"]),
    (NOISE | SPOILT | st.lists(SPOILT, max_size=3)).map(
        lambda value: json.dumps(value).encode()
    )
    | st.binary(max_size=60),
    max_size=4,
)


@pytest.mark.property
@settings(max_examples=400, deadline=None)
@given(FILES)
def test_noise_is_read_or_refused_on_one_line(files):
    raw = [RawFile(*file) for file in files.items()]
    assert is_on_lines(refusals(lambda: make_tenant("noise", raw)))


ONLINE = {"rules.json": rule, "connectors.json": outbound, "domains.json": domain}
SERVER = {"send.json": send, "receive.json": receive, "contacts.json": contact}
EITHER = {"people.json": person}


def _keys_of(make):
    return st.sampled_from(sorted(make()))


@pytest.mark.property
@settings(max_examples=400, deadline=None)
@given(st.data())
def test_one_spoilt_object_is_read_or_refused_on_one_line(data):
    kinds = {**ONLINE, **SERVER, **EITHER}
    file = data.draw(st.sampled_from(sorted(kinds)))
    names = st.sampled_from(sorted(parameter_names())) | _keys_of(kinds[file])
    more = data.draw(st.dictionaries(names, NOISE, min_size=1, max_size=3))
    around = online() if file in ONLINE else server()
    spoilt = {**around, file: [kinds[file](**more)]}
    assert is_on_lines(refusals(lambda: tenant(spoilt)))


TOML = st.text(st.characters(codec="utf-8"), max_size=80) | st.text(
    "[]=\"'.#\nab1 {}", max_size=80
)


@pytest.mark.property
@settings(max_examples=200, deadline=None)
@given(TOML)
def test_our_own_files_are_read_or_refused_on_one_line(text):
    files = {"zivver.toml": text, "internet.toml": text}
    assert is_on_lines(refusals(lambda: tenant(server(**files))))


@pytest.mark.property
@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["SmartHosts", "RecipientDomains"]), st.booleans())
def test_one_value_is_a_list_of_one(name, is_padded):
    value = "a.example"
    listed = [value, None] if is_padded else [value]
    both = [
        tenant(online(**{"connectors.json": outbound(**{name: given_})}))
        for given_ in (value, listed)
    ]
    assert both[0].organization == both[1].organization


@pytest.mark.property
@pytest.mark.parametrize("nothing", [None, [], [None], ""])
@pytest.mark.parametrize("name", ["SentTo", "ExceptIfFrom", "HeaderContainsWords"])
def test_null_and_an_empty_list_are_both_nothing(name, nothing):
    expected = tenant(online([rule()])).organization.rules
    assert expected == tenant(online([rule(**{name: nothing})])).organization.rules
