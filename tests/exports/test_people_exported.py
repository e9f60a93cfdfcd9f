"""Groups with members, managers and attributes, as cmdlets show them."""

import pytest

from harness.exports import ExportError
from tests.exports.shapes import online, person, tenant

TEAM = {
    "Name": "Team",
    "DisplayName": "Team",
    "PrimarySmtpAddress": "team@contoso.example",
    "EmailAddresses": ["SMTP:team@contoso.example"],
    "RecipientType": "MailUniversalDistributionGroup",
    "MemberJoinRestriction": "Closed",
    "MemberDepartRestriction": "Closed",
    "ReportToOriginatorEnabled": True,
}
USER = {
    "Name": "anna",
    "WindowsEmailAddress": "anna@contoso.example",
    "RecipientType": "UserMailbox",
    "StreetAddress": "Canal 1",
    "MobilePhone": "",
    "OtherTelephone": ["1", "2"],
    "City": "Utrecht",
    "CountryOrRegion": "NL",
    "Department": None,
    "Manager": "bob",
    "RemotePowerShellEnabled": False,
}


def found(name, **files):
    given = {key.replace("_", "-") + ".json": value for key, value in files.items()}
    directory = tenant(online() | given).organization.directory
    assert directory is not None
    return next(one for one in directory.recipients if one.name.lower() == name)


def members(**files):
    return found("team", Get_DistributionGroup=[TEAM], **files).members


def test_a_group_without_its_members_has_unknown_members():
    assert members() is None


@pytest.mark.parametrize(
    "given",
    [
        [{"Group": "team@contoso.example", "PrimarySmtpAddress": "a@x.example"}],
        [{"Group": "Team", "Name": "A", "WindowsEmailAddress": "a@x.example"}],
        {"team@contoso.example": ["a@x.example"]},
        {"Team": [{"PrimarySmtpAddress": "", "Name": "a@x.example"}]},
        {"Team": [{"Value": "a@x.example"}]},
        {"Team": [{"PrimarySmtpAddress": "a@x.example"}], "other": ["b@x.example"]},
    ],
)
def test_members_in_either_shape(given):
    assert ("a@x.example",) == members(Get_DistributionGroupMember=given)


def test_a_group_that_is_shown_without_members_has_none():
    assert () == members(Get_DistributionGroupMember={"Team": [], "other": []})


def test_members_of_groups_that_nobody_exported_are_left_aside():
    assert members(Get_DistributionGroupMember={"other": ["b@x.example"]}) is None


def test_a_list_that_may_have_been_cut_off_is_not_known():
    many = {"Team": [f"p{n}@x.example" for n in range(1000)]}
    assert members(Get_DistributionGroupMember=many) is None


def test_a_member_of_no_group_is_refused_with_what_was_expected():
    with pytest.raises(ExportError, match="without `Group`"):
        members(Get_DistributionGroupMember=[{"Name": "A", "Guid": "x"}])


def test_members_that_the_group_itself_shows_are_taken():
    shown = {**TEAM, "Members": ["anna", "bob"]}
    assert ("anna", "bob") == found("team", Get_DistributionGroup=[shown]).members


def test_a_user_completes_the_recipient_with_manager_and_attributes():
    anna = {**person("anna"), "Department": "Care", "City": None, "Title": None}
    one = found("anna", people=[anna], Get_User=[USER])
    said = set(one.attributes)
    assert {("City", "Utrecht"), ("Department", "Care"), ("Country", "NL")} <= said
    assert {("OtherPhoneNumber", "1"), ("OtherPhoneNumber", "2")} <= said
    assert {("MobileNumber", ""), ("Title", "")} <= said
    assert not {name for name, _ in said} & {"Office", "UserLogonName"}
    assert "bob" == one.manager


def test_a_country_by_its_name_is_not_the_code_that_rules_compare():
    user = {**USER, "CountryOrRegion": "Netherlands"}
    one = found("anna", people=[person("anna")], Get_User=[user])
    assert "Country" not in dict(one.attributes)


def test_a_user_without_a_recipient_is_no_recipient():
    user = {**USER, "Name": "zoe", "WindowsEmailAddress": "zoe@contoso.example"}
    with pytest.raises(StopIteration):
        found("zoe", Get_User=[user])


def test_nobody_as_manager_is_known_where_the_export_says_so():
    shown = {**person("anna"), "Manager": None}
    assert found("anna", people=[shown]).manager == ""
    assert found("anna", people=[person("anna")]).manager is None
