"""The options for somebody's own export, and the packs beside the corpus.

    pytest scenarios/ --tenant DIR --policy FILE

Then only the cases that are written relative to a policy are run, against that tenant.
"""

from pathlib import Path

import pytest

PLUGIN = "harness.pytest_plugin"
HERE = Path(__file__).parent


def pytest_addoption(parser, pluginmanager):
    # From a checkout that is not installed nobody else loads it.
    pluginmanager.import_plugin(PLUGIN)
    group = parser.getgroup("relay-harness")
    group.addoption(
        "--tenant",
        metavar="DIR",
        help="a folder of exported configuration, or the name of a built-in tenant",
    )
    group.addoption(
        "--policy", metavar="FILE", help="the policy to hold it to (default: its own)"
    )


def pytest_configure(config):
    plugin = config.pluginmanager.get_plugin(PLUGIN)
    tenant, policy = config.getoption("tenant"), config.getoption("policy")
    base = config.invocation_params.dir
    if tenant and (base / tenant).is_dir():
        tenant = str(base / tenant)
    config.stash[plugin.CHOSEN] = (tenant, str(base / policy) if policy else None)


def pytest_collect_directory(path, parent):
    if path == HERE / "policy":
        return Packs.from_parent(parent, path=path)
    return None


class Packs(pytest.Dir):
    """The folder `policy`: the packs that come with the package are run here."""

    def collect(self):
        # What runs pytest imports this file before the package may be there.
        from harness.scenario.files import PACKS  # noqa: PLC0415

        yield from super().collect()
        plugin = self.config.pluginmanager.get_plugin(PLUGIN)
        for file in sorted(PACKS.glob(f"*{plugin.SUFFIX}")):
            yield plugin.ScenarioModule.from_parent(self, path=file)


def pytest_collection_modifyitems(config, items):
    """With a tenant or a policy of somebody's own, only what speaks of them is run."""
    if not (config.getoption("tenant") or config.getoption("policy")):
        return
    plugin = config.pluginmanager.get_plugin(PLUGIN)
    mine = [item for item in items if isinstance(item, plugin.PackItem)]
    others = [item for item in items if not isinstance(item, plugin.PackItem)]
    config.hook.pytest_deselected(items=others)
    items[:] = mine
