#!/usr/bin/env python3
"""Draws docs/plots/*.svg and writes the tables of docs/performance.md from docs/measurements/*.jsonl."""
import json
import pathlib
import re
import statistics

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

ROOT = pathlib.Path(__file__).resolve().parent.parent
OWN, BARE = "#1f6f8b", "#b0b7bf"


def rows(table):
    lines = (ROOT / "docs/measurements/return.jsonl").read_text().splitlines()
    return [row for row in map(json.loads, lines) if row["table"] == table]


def median(values):
    return statistics.median(values)


def trips(row, key):
    return median(row[key]) / row["round_trip_milliseconds"]


def style(axes, title, vertical):
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_ylabel(vertical)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e6e8eb")
    axes.set_axisbelow(True)
    axes.legend(frameon=False, loc="upper left")


def save(figure, name):
    figure.tight_layout()
    target = ROOT / "docs/plots" / f"{name}.svg"
    target.parent.mkdir(exist_ok=True)
    figure.savefig(target, metadata={"Date": None})
    plt.close(figure)


def draw_sizes():
    data = rows("answer-size")
    figure, axes = plt.subplots(figsize=(6.4, 3.4))
    sizes = [row["value"] / 1024 for row in data]
    axes.plot(sizes, [trips(row, "milliseconds") for row in data], "o-", color=OWN, label="Holdfast over ws")
    axes.plot(sizes, [trips(row, "bare_milliseconds") for row in data], "s--", color=BARE, label="plain TCP request")
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{size:g}" for size in sizes])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel("missed, in KB")
    style(axes, "Until everything missed is there", "round trips")
    save(figure, "answer-size")


def draw_outages():
    data = rows("outage")
    figure, axes = plt.subplots(figsize=(6.4, 3.4))
    places = range(len(data))
    own = [median(row["milliseconds"]) / 1000 for row in data]
    bare = [median(row["bare_milliseconds"]) / 1000 for row in data]
    axes.bar([place - 0.2 for place in places], own, 0.4, color=OWN, label="Holdfast: a new connection")
    axes.bar([place + 0.2 for place in places], bare, 0.4, color=BARE, label="the old TCP connection")
    axes.set_yscale("log")
    axes.set_ylim(0.05, 100)
    axes.set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    axes.set_xticks(list(places), [row["row"] for row in data])
    axes.set_xlabel("outage")
    style(axes, "First event after the network is back", "seconds")
    save(figure, "outage")


def draw_transports():
    data = rows("transport")
    figure, axes = plt.subplots(figsize=(6.4, 2.6))
    for place, row in enumerate(data):
        values = [value / row["round_trip_milliseconds"] for value in row["milliseconds"]]
        axes.scatter(values, [place] * len(values), color=OWN, alpha=0.5, label="one return" if place == 0 else None)
    axes.set_yticks(range(len(data)), [row["row"] for row in data])
    axes.set_ylim(-0.6, len(data) - 0.4)
    axes.set_xlim(0, None)
    axes.set_xlabel("round trips after the network is back")
    style(axes, "Until the first missed event", "")
    axes.grid(axis="x", color="#e6e8eb")
    save(figure, "transport")


def table(name, first):
    lines = [f"| {first} | Holdfast, median | worst | round trips | plain TCP, median | ratio |", "|---|---|---|---|---|---|"]
    for row in rows(name):
        own, bare = median(row["milliseconds"]), median(row["bare_milliseconds"])
        lines.append(
            f"| {row['row']} | {own:.0f} ms | {max(row['milliseconds']):.0f} ms | {trips(row, 'milliseconds'):.2f} "
            f"| {bare:.0f} ms | {own / bare:.2f} |"
        )
    return "\n".join(lines)


def channel_table():
    lines = ["| users | what | until done | each: median, 99 % | memory for each |", "|---|---|---|---|---|"]
    for row in map(json.loads, (ROOT / "docs/measurements/channels.jsonl").read_text().splitlines()):
        done = f"{row['seconds']:.1f} s" if "seconds" in row else ""
        each = f"{row['median_ms']:.0f} ms, {row['p99_ms']:.0f} ms" if "median_ms" in row else ""
        memory = f"{row['kib_each']:.1f} KiB" if "kib_each" in row else ""
        lines.append(f"| {row['users']} | {row['row']} | {done} | {each} | {memory} |")
    return "\n".join(lines)


def background_table():
    lines = ["| the phone with the call | wakings an hour | packets an hour | bytes an hour |", "|---|---|---|---|"]
    for row in map(json.loads, (ROOT / "docs/measurements/background.jsonl").read_text().splitlines()):
        lines.append(
            f"| {row['row']} | {row['wakes_per_hour']:.0f} | {row['packets_per_hour']:.0f} "
            f"| {row['bytes_per_hour']:.0f} |"
        )
    return "\n".join(lines)


def write_tables():
    page = ROOT / "docs/performance.md"
    text = page.read_text()
    tables = {name: table(name, first) for name, first in
              [("transport", "transport"), ("answer-size", "missed"), ("outage", "outage")]}
    tables["channels"] = channel_table()
    tables["background"] = background_table()
    for name, content in tables.items():
        marked = re.compile(rf"(<!-- table: {name} -->\n).*?(<!-- end -->)", re.S)
        text, count = marked.subn(lambda found: f"{found[1]}{content}\n{found[2]}", text)
        if count != 1:
            raise SystemExit(f"docs/performance.md has no place for the table {name}")
    page.write_text(text)


draw_transports()
draw_sizes()
draw_outages()
write_tables()
