"""The accounts at Zivver as a table, and settings that contradict each other."""

import pytest

from fakes.mail.address import parse_address
from fakes.zivver.service import Account, AccountKind, AccountState
from harness.exports.encodings import RawFile
from harness.exports.problems import ExportError
from harness.exports.zivver_accounts import decode_accounts, read_accounts
from tests.exports.shapes import server, tenant
from tests.exports.test_export_errors import complaint

FILE = "zivver-accounts.csv"
ANNA, BOB, INFO = (
    parse_address(f"{name}@contoso.example") for name in ("anna", "bob", "info")
)
TABLES = {
    "commas": "address,aliases,kind,state\n"
    "anna@contoso.example,a@x.example b@x.example,,\n"
    "info@contoso.example,,functional,suspended\n",
    "semicolons and a quoted list": "Address;Aliases;Kind;State\r\n"
    'anna@contoso.example;"a@x.example;b@x.example";user;Active\r\n'
    "\r\ninfo@contoso.example;;Functional;suspended\r\n",
    "tabs, other order": "state\tkind\taliases\taddress\n"
    "\t\ta@x.example b@x.example\tanna@contoso.example\n"
    "suspended\tfunctional\t\tinfo@contoso.example\n",
    "the word of Excel": "sep=;\r\naddress;kind;aliases;state\r\n"
    "anna@contoso.example;;a@x.example b@x.example;;;\r\n"
    "info@contoso.example;functional;;suspended\r\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_accounts_is_read_as_excel_writes_it(name):
    aliases = (parse_address("a@x.example"), parse_address("b@x.example"))
    expected = (
        Account(ANNA, aliases),
        Account(INFO, (), AccountKind.FUNCTIONAL, AccountState.SUSPENDED),
    )
    assert expected == read_accounts(FILE, TABLES[name])


def test_a_column_of_addresses_is_enough_and_none_is_not_unknown():
    assert (Account(BOB),) == read_accounts(FILE, "address\nbob@contoso.example\n")
    assert () == read_accounts(FILE, "address\n")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", [FILE, "Zivver-Accounts.CSV"])
def test_the_table_lies_beside_the_other_files_of_a_tenant(mark, name):
    table = mark + b"address\r\nbob@contoso.example\r\n"
    read = tenant(server(**{name: table, "zivver.toml": "[settings]\nis_down = true"}))
    assert (Account(BOB),) == read.zivver.accounts
    assert read.zivver.is_down
    assert (1, True) == next(
        (line.count, line.is_read) for line in read.account.files if line.file == name
    )


JOERG = "address;state\r\njörg@contoso.example;active\r\n"
EXCEL = {
    "UTF-16 without a mark": JOERG.encode("utf-16-le"),
    "Windows-1252": JOERG.encode("cp1252"),
    "CSV UTF-8": b"\xef\xbb\xbf" + JOERG.encode(),
    "Unicode text": b"\xff\xfe" + JOERG.replace(";", "\t").encode("utf-16-le"),
    "a Mac of old": JOERG.replace("\r\n", "\r").encode("cp1252"),
}


@pytest.mark.parametrize("name", EXCEL)
def test_a_table_of_a_localised_excel_is_read_by_its_code_page(name):
    text, _ = decode_accounts(RawFile(FILE, EXCEL[name]))
    joerg = parse_address("jörg@contoso.example")
    assert (Account(joerg),) == read_accounts(FILE, text)


@pytest.mark.parametrize(
    ("line", "octets"),
    [
        pytest.param(":2", "address\nłucja@b.example".encode("cp1250"), id="cp1250"),
        pytest.param("", b"address\n\x81@contoso.example\n", id="no code page"),
        pytest.param(
            ":1", b"\xef\xbb\xbfaddress\nj\xf6rg@b.example", id="a lying mark"
        ),
    ],
)
def test_what_is_no_text_of_excel_is_refused_on_one_line(line, octets):
    said = complaint(server(**{FILE: octets}))
    assert f"{FILE}{line}: neither UTF-8 nor Windows-1252; save it as `CSV" in said
    assert 1 == len(said.splitlines())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", f"{FILE}:1: empty, expected `address,aliases,kind,state,delegates`"),
        ("adress\n", f"{FILE}:1: unknown column `adress`, did you mean `address`?"),
        ("address,x\n", "unknown column `x`, expected address, aliases, kind, state"),
        ("kind\nuser\n", f"{FILE}:1: column `address` is missing"),
        ("address,address\n", f"{FILE}:1: column `address` stands twice"),
        ("address\n\n\nanna\n", f"{FILE}:4: `anna` is no address"),
        ("address,kind\n,user\n", f"{FILE}:2: `address` is empty"),
        (
            "address,state\na@b.example,activ\n",
            f"{FILE}:2: `state` is `activ`, did you mean `active`?",
        ),
        (
            "address,kind\na@b.example,robot\n",
            f"{FILE}:2: `kind` is `robot`, expected user, functional",
        ),
        (
            "address;aliases\na@b.example;c@d.example;e@f.example\n",
            f"{FILE}:2: `e@f.example` is in no column; quote what holds a sign",
        ),
        ("sep=;\naddress\nanna\n", f"{FILE}:3: `anna` is no address"),
        ('address\n"a@b.example\n', f"{FILE}:2: no CSV: unexpected end of data"),
        (
            "address\na@b.example\nx\nA@B.example\n",
            f"{FILE}:3: `x` is no address, expected name@domain; wrong as well: line 4",
        ),
        (
            "address\n" + "x\n" * 14,
            "wrong as well: lines 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 3 more",
        ),
        (
            "address,aliases\na@b.example,c@b.example\nd@b.example,c@b.example\n",
            f"{FILE}:3: `c@b.example` is an account or alias already, at {FILE}:2",
        ),
    ],
    ids=range(15),
)
def test_each_wrong_line_is_named(text, expected):
    with pytest.raises(ExportError) as caught:
        read_accounts(FILE, text)
    assert expected in str(caught.value)
    assert 1 == len(str(caught.value).splitlines())


def test_accounts_stand_in_one_file_whichever_is_read_first():
    toml = '[[account]]\naddress = "bob@contoso.example"\n'
    for name in ("zivver.toml", "ZIVVER.TOML", "Zivver.toml"):
        said = complaint(server(**{FILE: b"address\n", name: toml}))
        assert "accounts stand in `zivver.toml` as well, expected one of" in said


TWICE = '[[account]]\naddress = "bob@contoso.example"\naliases = ["b@x.example"]\n'
SECRET = '[[credential]]\nuser = "u"\npassword = "pass word"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TWICE + TWICE, "zivver.toml:5: `bob@contoso.example` is an account or alias"),
        (
            TWICE + '[[account]]\naddress = "B@x.example"',
            "`B@x.example` is an account or alias already, at zivver.toml:2",
        ),
        (
            'account = [{ address = "a@b.example" }, { address = "a@b.example" }]',
            "`a@b.example` is an account or alias already",
        ),
        (
            '[settings]\nis_down = true\nfaults = ["overloaded"]',
            "zivver.toml:3: `overloaded` never happens while `is_down` is true",
        ),
        (
            '[delivering]\nodd_unfit = ["B.example"]\nodd_domains = ["a.example"]',
            "zivver.toml:2: `b.example` is not among `odd_domains`, whose TLS is unfit",
        ),
        (
            '[delivering.known]\n"a@b.example" = "not_required"',
            "zivver.toml:2: `not_required` is no method, expected email, access_code",
        ),
        (SECRET + SECRET, "zivver.toml:5: `u` has this password already, at zivver"),
        (
            SECRET + SECRET + 'state = "revoked"',
            "zivver.toml:5: `u` has this password already, at zivver.toml:2",
        ),
    ],
    ids=range(8),
)
def test_what_stands_twice_contradicts_itself(text, expected):
    said = complaint(server(**{"zivver.toml": text}))
    assert expected in said
    assert "pass word" not in said


def test_one_user_may_have_several_passwords():
    other = SECRET.replace("pass word", "another")
    read = tenant(server(**{"zivver.toml": SECRET + other}))
    assert 2 == len(read.zivver.credentials or ())
