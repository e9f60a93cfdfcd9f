"""Templates of vendors are read as the objects that their set-up would make."""

import json

import pytest

from tests.exports.shapes import online, outbound, refusals, tenant

RULE = {
    "Name": "[Vendor] - 100 Route outbound",
    "FromScope": "InOrganization",
    "SentToScope": "NotInOrganization",
    "ExceptIfHeaderMatchesMessageHeader": "X-Done",
    "ExceptIfHeaderMatchesPattern": "yes",
    "RouteMessageOutboundConnector": "Zivver",
    "SMPriority": 100,
    "StopRuleProcessing": 1,
}
CONNECTOR = {
    "Name": "[Vendor] Outbound",
    "ConnectorType": "Partner",
    "IsTransportRuleScoped": True,
    "SmartHosts": "---Parameter input---",
    "TlsDomain": "",
    "TlsSettings": "DomainValidation",
    "UseMXRecord": False,
}


def read(value, **more):
    files = {k: v for k, v in online(**more).items() if k != "rules.json"}
    return tenant({**files, "template.json": value}).organization


@pytest.mark.parametrize(
    "template",
    [
        {"routing": {"inline": {}, "parallel": RULE}, "Option": {}},
        {"Default": RULE},
        {
            **{k: v for k, v in RULE.items() if k in {"Name", "SMPriority"}},
            "Version": {"Default": {k: v for k, v in RULE.items() if k != "Name"}},
        },
        {"routing": {"inline": {**RULE, "From ": None}}},
    ],
    ids=["routing", "flat", "older", "blanks"],
)
def test_a_rule_of_a_template_is_a_rule(template):
    (made,) = read(template).rules
    assert RULE["Name"] == made.name
    assert made.stops
    assert {"FromScope", "SentToScope"} == {c.predicate for c in made.conditions}
    assert ["HeaderMatchesPatterns"] == [c.predicate for c in made.exceptions]


def test_what_the_set_up_fills_in_is_named_and_not_guessed():
    organization = read({"routing": {"inline": CONNECTOR}})
    (_, made) = organization.outbound_connectors
    assert {"SmartHosts", "TlsDomain"} <= set(made.unjudged)


def test_a_template_of_two_variants_is_one_line():
    both = {"routing": {"inline": CONNECTOR, "parallel": {**CONNECTOR, "Name": "x"}}}
    (said,) = refusals(lambda: read(both))
    assert said.startswith(
        "template.json:1: a template with the variants `routing.inline` and "
        "`routing.parallel`, expected the one that was used"
    )


def test_a_parameter_that_no_cmdlet_has_is_one_line():
    (said,) = refusals(lambda: read({"Default": {**RULE, "ToScope": ["a", {"b": 1}]}}))
    assert "`New-TransportRule -ToScope` is unknown to it" in said


LOWER = {
    "name": "block forwarding",
    "applyome": False,
    "fromscope": "inorganization",
    "messagetypematches": "autoforward",
    "mode": "enforce",
    "rejectmessagereasontext": "no",
    "ruleerroraction": "ignore",
    "senttoscope": "notinorganization",
    "stopruleprocessing": False,
}


@pytest.mark.parametrize(
    "template",
    [
        LOWER,
        {"PartitionKey": "TransportTemplate", "GUID": "1", "JSON": json.dumps(LOWER)},
    ],
    ids=["file", "row of storage"],
)
def test_a_template_in_lower_case_is_read(template):
    (made,) = read(template).rules
    assert {"FromScope", "SentToScope", "MessageTypeMatches"} == {
        c.predicate for c in made.conditions
    }


def test_a_connector_template_is_read_as_well():
    flat = {**outbound(Name="Other"), "direction": "outbound"}
    (_, made) = read(flat).outbound_connectors
    assert "Other" == made.name
