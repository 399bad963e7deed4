#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference client of the Model Context Protocol, the Python package `mcp`, drives a study of a small net over `mcp`.

It checks what comes by the protocol's own types, so a message that is not as the protocol has it fails here.
"""
import json, os, subprocess, sys, tempfile

sys.dont_write_bytecode = True  # nothing of it belongs among the sources
sys.path.insert(0, os.path.join(os.environ["CA_SOURCE_DIR"], "tests", "support"))
import hf_environment

hf_environment.enter("python-with-mcp", ["mcp==2.3.0", "numpy"])

import asyncio

import numpy, torch
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

TOOLS = ["study_overview", "sensitivity", "propose_recipe", "run_trials", "compare_trials", "explain_layer", "set_constraint", "finish"]
CLASSES, IMAGES = 10, 120  # half of the images are selection, half holdout
PATIENCE = 600  # seconds for an answer
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print("FAILED:", what, flush=True)


def write_inputs(folder):
    """A net that nobody trained, and images as CIFAR's binary files have them."""
    torch.manual_seed(1)
    layers = [torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(4), torch.nn.Conv2d(8, 16, 3), torch.nn.ReLU()]
    net = torch.nn.Sequential(*layers, torch.nn.Flatten(), torch.nn.Linear(16 * 6 * 6, CLASSES)).eval()
    torch.jit.trace(net, torch.zeros(1, 3, 32, 32)).save(os.path.join(folder, "net.pt"))
    data = os.path.join(folder, "data")
    os.mkdir(data)
    random = numpy.random.default_rng(1)
    for name in ("test_batch.bin", "calibration.bin"):
        records = random.integers(0, 256, (IMAGES, 1 + 3 * 32 * 32), dtype=numpy.uint8)
        records[:, 0] = numpy.arange(IMAGES) % CLASSES
        records.tofile(os.path.join(data, name))
    with open(os.path.join(data, "batches.meta.txt"), "w") as file:
        file.writelines(f"class {label}\n" for label in range(CLASSES))
    return data


def arguments(folder, data):
    return ["--model", os.path.join(folder, "net.pt"), "--data", data, "--output", os.path.join(folder, "results"), "--study", "s",
            "--trials", "8", "--head", "agreement", "--preprocess", "cifar10", "--no-latency"]


def table(content, key):
    """The rows of a tool's table, as dictionaries."""
    return [dict(zip(content[key]["columns"], row)) for row in content[key]["rows"]]


async def drive(server):
    reports = []

    async def on_progress(done, total, message):
        reports.append((done, message))

    async with stdio_client(server) as (read, write), ClientSession(read, write, read_timeout_seconds=PATIENCE) as session:

        async def call(name, arguments, fails=False):
            result = await session.call_tool(name, arguments, progress_callback=on_progress)
            check(result.is_error == fails, f"{name} {'is refused' if fails else 'is carried out'}: {result.content}")
            check(json.loads(result.content[0].text) == result.structured_content, f"{name} says the same as text and as JSON")
            return result.structured_content

        greeting = await session.initialize()
        check(greeting.server_info.name == "compression-agent", "the server tells its name")
        check("study_overview" in greeting.instructions, "the server tells how its tools are used")
        listed = (await session.list_tools()).tools
        check([tool.name for tool in listed] == TOOLS, "the tools are those of CLI.md")
        await session.send_ping()

        overview = await call("study_overview", {})
        check([trial["id"] for trial in table(overview, "trials")] == ["T1"], "float is measured")
        proposals = [proposal["id"] for proposal in table(overview, "proposals")][:2]
        check(len(proposals) == 2, "the planner proposes")
        ran = await call("run_trials", {"proposals": proposals})
        trials = table(ran, "trials")
        check([trial["id"] for trial in trials] == ["T2", "T3"], "two trials are carried out")
        check(all(trial["state"] == "done" for trial in trials), "and measured")
        check(reports and [done for done, _ in reports] == sorted({done for done, _ in reports}), "progress grows")
        refused = await call("run_trials", {"proposals": ["P99"]}, fails=True)
        check(refused["errors"][0]["path"] == "/proposals/0", "a refusal says what is wrong")
        await call("set_constraint", dict.fromkeys(["target_bytes", "max_latency", "pin", "forbid"]) | {"max_drop": 50}, fails=True)
        done = await call("finish", {"summary": f"T2 has {trials[0]['bytes']} bytes.", "recommended": "T2"})
        check(done["finished"] and not done["unproved_figures"], "its figure is proved")
        return [(trial["id"], trial["bytes"]) for trial in trials]


def main():
    with tempfile.TemporaryDirectory() as folder:
        data = write_inputs(folder)
        server = StdioServerParameters(command=os.environ["CA_BINARY"], args=["mcp", *arguments(folder, data)], env=dict(os.environ))
        trials = asyncio.run(drive(server))
        resumed = subprocess.run([os.environ["CA_BINARY"], "run", *arguments(folder, data), "--resume", "--json", "--quiet"],
                                 capture_output=True, text=True)
        check(resumed.returncode == 0, f"run goes on with the study: {resumed.stderr}")
        study = json.loads(resumed.stdout)
        kept = [(trial["id"], trial["selection"]["bytes"]) for trial in study["trials"][1:3]]
        check(kept == trials, f"the study holds what the client was told: {kept}, {trials}")
        check(any(trial["holdout"] for trial in study["trials"]), "the front is measured on holdout then")
        print(f"result: the mcp client ran {len(trials)} trials; the study went on to {len(study['trials'])}")
    sys.exit(1 if failures else 0)


main()
