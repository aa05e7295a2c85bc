"""One run: free checks, purchases, tasks to their ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .._core.errors import ConfigurationError
from .._core.secret import is_key
from . import probes
from .free import Free
from .ledger import Ledger
from .media import files
from .paid import Paid
from .report import Report, Row
from .sending import Sender
from .site import Site
from .waiting import RealWait, Wait

if TYPE_CHECKING:
    import httpx

OnRow = Callable[[Row], object]
LONGEST = 1800.0


def run_contract(
    base_url: str | Mapping[str, str],
    api_key: str | Mapping[str, str],
    providers: Sequence[str],
    *,
    families: Sequence[str] | None = None,
    budget: int = 0,
    state: str | Path | None = None,
    transport: httpx.BaseTransport | None = None,
    wait: Wait | None = None,
    timeout: float = LONGEST,
    media: Mapping[str, str] | None = None,
    on_row: OnRow | None = None,
) -> Report:
    """Hold gateways against the spec: what they refuse, what they accept, what they answer, how their tasks go.

    Free checks come first. Then, with a budget, valid requests are bought, the least and cheapest first, each family once before any
    twice; everything that was taken is followed to its end, and its outputs are downloaded. A request that had to be refused and was taken
    counts too: the run never has more taken than the budget, and without a budget it ends its probes with the first. An exception that
    ends a run early has a note that names the tasks which may have been paid for.

    Args:
        base_url: Origin of the gateway; `{provider}` in it is replaced by the name of each, or one URL a provider.
        api_key: Key, or one a provider. It goes to that origin and nowhere else, and is in no row.
        providers: Names, as in `unibind.check_request`.
        families: Ids such as `veo-3.1`; None for all.
        budget: Submits that may be taken, those of earlier runs on the same `state` included.
        state: File of the ledger. A run on the file of an earlier one goes on where that one ended, however it ended.
        transport: How requests are sent, for gateways in this process; the network by default. It is not closed.
        wait: The time; the machine's by default.
        timeout: Seconds of that time for which one task is waited for.
        media: Links to files that the gateway can load, by kind: `image`, `video`, `audio`. Without them the links of purchases lead
            nowhere, which a gateway that loads them refuses.
        on_row: Called with each row when it is known.

    Raises:
        LookupError: There is no such provider or family.
        LedgerError: The state is in use, is of a run on another gateway, or cannot be written.
        ConfigurationError: A base URL is none, or a key can be none.
        ConnectionFailed: Nobody answers there, or not any more.
        AuthenticationError: The key is refused wherever that costs nothing.
        ValueError: The budget is below 0, or media are of an unknown kind or no links.
    """
    if budget < 0:
        raise ValueError(f"the budget must not be below 0, not {budget}")
    known = files(media)
    chosen = {name: choose(name, families) for name in providers}
    if families is not None and (unknown := set(families) - {family for rows in chosen.values() for family in rows}):
        raise LookupError(f"there is no family {', '.join(sorted(unknown))} of {', '.join(providers)}")
    with ExitStack() as opened:
        ledger = opened.enter_context(Ledger(Path(state) if state is not None else None))
        client, clock = _client(transport, opened), wait or RealWait()
        sites = {name: Site(name, _of(base_url, name), _key(api_key, name), client, clock) for name in providers}
        for name, site in sites.items():
            ledger.bind(name, site.base_url)
        run = _Run(ledger, budget, on_row)
        try:
            run.go(sites, chosen, clock, timeout, known)
        except BaseException as error:
            if ledger.paid:
                error.add_note(ledger.told())
            raise
        return Report(tuple(run.rows), ledger.paid, budget, sum(site.requests for site in sites.values()))


def choose(provider: str, families: Sequence[str] | None) -> list[str]:
    """The chosen families of a provider, cheapest kind first; `LookupError` when there is no such provider."""
    known = probes.by_family(provider)
    return probes.ordered(provider, [name for name in known if families is None or name in families])


class _Run:
    def __init__(self, ledger: Ledger, budget: int, on_row: OnRow | None) -> None:
        self.ledger = ledger
        self.budget = budget
        self.rows: list[Row] = []
        self._on_row = on_row

    def go(self, sites: Mapping[str, Site], chosen: Mapping[str, list[str]], wait: Wait, timeout: float, media: Mapping[str, str]) -> None:
        senders = {name: Sender(site, self.ledger, self.budget) for name, site in sites.items()}
        for site in sites.values():
            self._looks(site)
            site.meet()
        for name, sender in senders.items():
            for part, work in Free(sender, chosen[name]).units():
                self._unit(sender.site, f"{name}/{part}", work)
        for rows in Paid(senders, chosen, self.ledger, wait, timeout, media).go():
            self._add(rows)
        for site in sites.values():
            self._add([_leak(site, operation) for operation in sorted(site.looked)])

    def _unit(self, site: Site, key: str, work: Callable[[], list[Row]]) -> None:
        """A part of the run; it is done when every request was answered, and is tried again by a later run when not."""
        rows = self.ledger.rows(key)
        if rows is None:
            before = site.unanswered
            rows = work()
            if site.unanswered > before:
                rows = rows if site.is_there() else [_untried(row) for row in rows]
            elif all(row.verdict != "not-tried" for row in rows):
                self.ledger.done(key, rows)
            site.stays()
        self._add(rows)

    def _looks(self, site: Site) -> None:
        """What was seen of keys in answers, kept at once: the answer may not come a second time."""
        for operation in site.provider.operations:
            for row in self.ledger.rows(_seen(site, operation)) or ():
                site.looked.add(operation)
                if row.detail:
                    site.leaks[operation] = row.detail
        site.on_look = lambda operation: self.ledger.done(_seen(site, operation), [_leak(site, operation)])

    def _add(self, rows: list[Row]) -> None:
        self.rows += rows
        if self._on_row is not None:
            for row in rows:
                self._on_row(row)


def _untried(row: Row) -> Row:
    return replace(row, verdict="not-tried") if row.verdict == "broken" else row


def _seen(site: Site, operation: str) -> str:
    return f"{site.provider.name}/key/{operation}"


def _leak(site: Site, operation: str) -> Row:
    text = site.leaks.get(operation, "")
    return Row(site.provider.name, "", operation, "auth/key-not-repeated", "auth", "broken" if text else "kept", text)


def _of(base_url: str | Mapping[str, str], provider: str) -> str:
    return base_url.replace("{provider}", provider) if isinstance(base_url, str) else base_url[provider]


def _key(api_key: str | Mapping[str, str], provider: str) -> str:
    key = api_key if isinstance(api_key, str) else api_key[provider]
    if not is_key(key):
        raise ConfigurationError("the API key is empty, or holds characters that no key has, such as a space or a line break")
    return key


def _client(transport: httpx.BaseTransport | None, opened: ExitStack) -> httpx.Client:
    """Takes proxies and certificates from the environment; a transport of the caller is not closed."""
    import httpx

    return httpx.Client(transport=transport) if transport is not None else opened.enter_context(httpx.Client())
