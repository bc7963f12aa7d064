"""The figures in Markdown: each beside its lower bound and its aim."""

from collections.abc import Iterable
from typing import Any

# QUALITY of the project: what counts as good.
PAGE_AIM = 2.0
BOARD_QUERIES, LIST_QUERIES = 12, 8
API_AIM, API_QUERIES = 6.0, 5
GROWTH_AIM, SEARCH_GROWTH_AIM = 1.3, 2.0
PROOF_AIM = 1.3
RAISING_AIM, IDLE_AIM = 1.3, 0.7
SENDING_AIM, BURST_AIM = 0.5, 1.2
IMPORT_AIMS = {"PostgreSQL": 0.20, "SQLite": 0.10}


def written(measured: Iterable[dict[str, Any]], *, machine: str) -> str:
    """The report of all sizes and databases."""
    runs = list(measured)
    versions = runs[0]["versions"]
    databases = sorted({run["versions"]["database"] for run in runs})
    lines = [
        f"Measured on {machine}; Python {versions['python']}, Django {versions['django']}, {', '.join(databases)}.",
        "",
        *_table("P1 and P7: pages", _PAGE_HEADER, _page_rows(runs)),
        *_table("P1: where the time of a page goes (median, ms)", _SPLIT_HEADER, _split_rows(runs)),
        *_table("P2 and P7: 100 flights of the API", _API_HEADER, _api_rows(runs)),
        *_table("P5: growth (median, ms)", _GROWTH_HEADER, _growth_rows(runs)),
        *_table("P6: a page at 90 % depth", _DEPTH_HEADER, _depth_rows(runs)),
        *_table("P3: raising alerts (median, ms)", _RAISING_HEADER, _raising_rows(runs)),
        *_table("P4: proof of the gaps", _PROOF_HEADER, _proof_rows(runs)),
        *_table("P8: import of a tidy CSV", _IMPORT_HEADER, _import_rows(runs)),
        *_table("P10 and P11: mails accepted, one worker", _SENDING_HEADER, _sending_rows(runs)),
    ]
    return "\n".join(lines)


def _table(title: str, header: str, rows: list[list[str]]) -> list[str]:
    if not rows:
        return []
    columns = header.split("|")
    rule = ["---", "---", *["---:"] * (len(columns) - 2)]
    body = [columns, rule, *rows]
    return [f"### {title}", "", *("| " + " | ".join(cell.strip() for cell in row) + " |" for row in body), ""]


_PAGE_HEADER = (
    "#|page|flights|lines|page median ms|page p95 ms|bare SQL rows p95|bare SQL sums p95|bare template p95"
    "|ratio of p95 (aim ≤ 2.0)|ratio of medians|medians, without sums|queries|queries of a small brand (lines)"
)


def _page_rows(runs: list[dict[str, Any]]) -> list[list[str]]:
    rows = []
    for run, name, page in _pages(runs):
        small = page["small_brand"]
        most = BOARD_QUERIES if name == "board" else LIST_QUERIES
        rows.append(
            [
                "P1",
                f"{name}, {run['versions']['database']}",
                f"{run['flights']:,}",
                str(page["lines"]),
                _ms(page["page"]["median"]),
                *(_ms(page[part]["p95"]) for part in ("page", "bare_rows", "bare_sums", "bare_template")),
                _judged(f"{page['ratio']:.2f}", page["ratio"] <= PAGE_AIM),
                _over(page, "bare_rows", "bare_sums", "bare_template"),
                _over(page, "bare_rows", "bare_template"),
                _judged(str(page["queries"]), page["queries"] <= most),
                f"{small['queries']} ({small['lines']})",
            ]
        )
    return rows


_SPLIT_HEADER = (
    "#|page|flights|page|its own SQL|template with its queries|the rest: middleware, session, Python"
)


def _split_rows(runs: list[dict[str, Any]]) -> list[list[str]]:
    rows = []
    for run, name, page in _pages(runs):
        whole, sql, template = (page[part]["median"] for part in ("page", "own_sql", "template"))
        rows.append(
            [
                "P1",
                f"{name}, {run['versions']['database']}",
                f"{run['flights']:,}",
                _ms(whole),
                _ms(sql),
                _ms(template),
                _ms(max(0.0, whole - sql - template)),
            ]
        )
    return rows


_API_HEADER = (
    "#|database|flights|lines|median ms|p95 ms|bare SQL and json.dumps, median|its p95"
    "|ratio of p95 (aim ≤ 6)|ratio of medians|queries (aim ≤ 5)"
)


def _api_rows(runs: list[dict[str, Any]]) -> list[list[str]]:
    return [
        [
            "P2",
            run["versions"]["database"],
            f"{run['flights']:,}",
            str(found["lines"]),
            *(_ms(found[name][figure]) for name in ("flights", "bare") for figure in ("median", "p95")),
            _judged(f"{found['ratio']:.2f}", found["ratio"] <= API_AIM),
            f"{found['flights']['median'] / found['bare']['median']:.2f}",
            _judged(str(found["queries"]), found["queries"] <= API_QUERIES),
        ]
        for run in runs
        if (found := run.get("api")) is not None
    ]


_GROWTH_HEADER = "#|page or endpoint|flights|median|over its own time at the smallest size|aim"


def _growth_rows(runs: list[dict[str, Any]]) -> list[list[str]]:
    rows = []
    smallest: dict[tuple[str, str], float] = {}
    for run in runs:
        for name, spread in run.get("api", {}).get("paths", {}).items():
            database, median = run["versions"]["database"], spread["median"]
            growth = median / smallest.setdefault((database, name), median)
            aim = SEARCH_GROWTH_AIM if name == "search" else GROWTH_AIM
            rows.append(
                [
                    "P5",
                    f"{name}, {database}",
                    f"{run['flights']:,}",
                    _ms(median),
                    _judged(f"{growth:.2f}", growth <= aim),
                    f"≤ {aim:.1f}",
                ]
            )
    return rows


_DEPTH_HEADER = "#|endpoint|flights|first page, median ms|deep page|ratio (aim ≤ 1.3)"


def _depth_rows(runs: list[dict[str, Any]]) -> list[list[str]]:
    rows = []
    for run in runs:
        for name, found in run.get("api", {}).get("deep", {}).items():
            first, deep = found["first"]["median"], found["deep"]["median"]
            rows.append(
                [
                    "P6",
                    f"{name}, {run['versions']['database']}",
                    f"{run['flights']:,}",
                    _ms(first),
                    _ms(deep),
                    _judged(f"{deep / first:.2f}", deep / first <= GROWTH_AIM),
                ]
            )
    return rows


_RAISING_HEADER = (
    "#|database|flights|alerts|notices|all raised|of it the scan|nothing new|one INSERT…SELECT"
    "|ratio (aim ≤ 1.3)|nothing new (aim ≤ 0.7)"
)


def _raising_rows(runs: list[dict[str, Any]]) -> list[list[str]]:
    return [
        [
            "P3",
            run["versions"]["database"],
            f"{found['flights']:,}",
            f"{found['alerts']:,}",
            f"{found['notices']:,}",
            *(_ms(found[part]["median"]) for part in ("raised", "scan", "idle", "bare")),
            _judged(f"{found['ratio']:.2f}", found["ratio"] <= RAISING_AIM),
            _judged(f"{found['idle_ratio']:.2f}", found["idle_ratio"] <= IDLE_AIM),
        ]
        for run in runs
        if (found := run.get("alerts")) is not None
    ]


_PROOF_HEADER = "#|database|flights|posts|posts/s|flights/s|window SQL, posts/s|ratio (aim ≤ 1.3)"


def _proof_rows(runs: list[dict[str, Any]]) -> list[list[str]]:
    return [
        [
            "P4",
            run["versions"]["database"],
            f"{gaps['flights']:,}",
            f"{gaps['posts']:,}",
            f"{gaps['posts'] / gaps['proof']['median']:,.0f}",
            f"{gaps['flights'] / gaps['proof']['median']:,.0f}",
            f"{gaps['posts'] / gaps['windowed']['median']:,.0f}",
            _judged(f"{gaps['ratio']:.2f}", gaps["ratio"] <= PROOF_AIM),
        ]
        for run in runs
        if (gaps := run.get("gaps")) is not None
    ]


_IMPORT_HEADER = "#|database|sheet rows|import s|import rows/s|same rows raw, rows/s|ratio|aim"


def _import_rows(runs: list[dict[str, Any]]) -> list[list[str]]:
    rows = []
    for run in runs:
        if not (found := run.get("import")):
            continue
        database = run["versions"]["database"]
        aim = IMPORT_AIMS[database.split()[0]]
        ratio = found["raw"]["median"] / found["import"]["median"]
        rows.append(
            [
                "P8",
                database,
                f"{found['rows']:,}",
                f"{found['import']['median']:.1f}",
                f"{found['rows'] / found['import']['median']:,.0f}",
                f"{found['rows'] / found['raw']['median']:,.0f}",
                _judged(f"{ratio:.2f}", ratio >= aim),
                f"≥ {aim:.2f}",
            ]
        )
    return rows


_SENDING_HEADER = (
    "#|database|mails|mails/s|its own part, written already|smtplib loop, mails/s|ratio (aim ≥ 0.5)"
    "|due at once|p99 s|over P10's rate (aim ≤ 1.2)"
)


def _sending_rows(runs: list[dict[str, Any]]) -> list[list[str]]:
    return [
        [
            "P10, P11",
            run["versions"]["database"],
            f"{found['mails']:,}",
            *(f"{found['mails'] / found[name]['median']:,.1f}" for name in ("engine", "unwritten", "plain")),
            _judged(f"{found['ratio']:.2f}", found["ratio"] >= SENDING_AIM),
            f"{found['burst']:,}",
            f"{found['p99']:,.1f}",
            _judged(f"{found['burst_ratio']:.2f}", found["burst_ratio"] <= BURST_AIM),
        ]
        for run in runs
        if (found := run.get("sending")) is not None
    ]


def _pages(runs: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str, dict[str, Any]]]:
    return [(run, name, page) for run in runs for name, page in run.get("board", {}).items()]


def _over(page: dict[str, Any], *bare: str) -> str:
    """The page over its lower bounds, by medians: what a noisy machine distorts least."""
    return f"{page['page']['median'] / sum(page[part]['median'] for part in bare):.2f}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f}"


def _judged(text: str, met: bool) -> str:
    """The figure; one that misses its aim is bold and says so."""
    return text if met else f"**{text} missed**"
