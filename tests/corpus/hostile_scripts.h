// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/corpus/hostile_file.h"
#include "tests/corpus/script_bytes.h"

/// TorchScript whose code does more than compute, or computes without an end. What happens without a guard was measured with
/// LibTorch 2.13 and 2.14: files written by loading alone, loads that never return, crashes of the parser.
namespace hostile_scripts {

using namespace std::string_literals;

/// What inspection finds in the text.
inline HostileFiles findings()
{
    const auto forward = [](const char *what, const char *body, const char *part) {
        return HostileFile{what, "a.pt", [body] { return script::forward(body); }, Guard::finding, part};
    };
    const auto setstate = [](const char *what, const char *body, const char *part) {
        return HostileFile{what, "a.pt", [body] { return script::setstate(body); }, Guard::finding, part};
    };
    const auto made = [](const char *what, std::function<std::string()> bytes, const char *part) {
        return HostileFile{what, "a.pt", std::move(bytes), Guard::finding, part};
    };
    return {
        setstate("writes a file while it is loaded", "    self.w = torch.fill_(torch.from_file(\"written.bin\", True, 16), 1.)\n",
                 "reads a file of its choosing"),
        setstate("saves while it is loaded", "    torch.save(self.w, \"written.bin\")\n", "writes a file of its choosing"),
        setstate("reads a file while it is loaded", "    self.w = torch.from_file(\"/etc/passwd\", False, 16)\n", "reads a file"),
        setstate("never ends loading", "    w = torch.zeros([1])\n    while True:\n      w = torch.add(w, 1)\n    self.w = w\n",
                 "does more than assign"),
        setstate("takes 24 GB while it is loaded", "    self.w = torch.ones([6000000000])\n", "does more than assign"),
        setstate("decides while it is loaded", "    if torch.eq(state, 7):\n      self.training = True\n",
                 "does more than assign"),
        setstate("calls a method while it is loaded", "    self.w = (self).forward(torch.ones([1]), )\n",
                 "does more than assign"),
        forward("saves in forward", "    torch.save(x, \"written.bin\")\n    return x\n", "writes a file of its choosing"),
        forward("reads a file in forward", "    return torch.from_file(\"/etc/passwd\", False, 16)\n", "reads a file"),
        forward("reads a file by its operator", "    return ops.aten.from_file(\"/etc/passwd\", False, 16)\n", "reads a file"),
        forward("saves by a method", "    (x).save(\"written.bin\")\n    return x\n", "writes a file"),
        forward("hides what it calls", "    t = torch\n    return t.save(x, \"written.bin\")\n", "under another name"),
        forward("prints", "    print(x)\n    return x\n", "prints"),
        forward("prints by its operator", "    ops.prim.Print(x)\n    return x\n", "prints"),
        forward("starts a task", "    y = fork(self.forward, x)\n    return x\n", "starts a task"),
        forward("calls another machine", "    y = ops.prim.rpc_sync(\"w\", x)\n    return x\n", "calls other machines"),
        forward("calls an operator that is not PyTorch's", "    return torch.ops.mine.run(x)\n", "beyond PyTorch's plain ones"),
        forward("calls an operator that is not known", "    return ops.evil.run(x)\n", "beyond PyTorch's plain ones"),
        forward("uses a class of C++", "    y = torch.classes.mine.Thing()\n    return x\n", "a class that is not in the file"),
        forward("never ends", "    while True:\n      x = torch.add(x, 1)\n    return x\n", "a loop without an end"),
        forward("never ends, as PyTorch prints it",
                "    x0 = x\n    _0 = True\n    while _0:\n      _0, x0 = True, torch.add(x0, 1)\n    return x0\n",
                "a loop without an end"),
        forward("counts to 2^63", "    for _0 in range(9223372036854775807):\n      x = torch.add(x, 1)\n    return x\n",
                "a loop without an end"),
        made(
            "imports", [] { return script::archive("import os\n" + std::string(script::kHead) + std::string(script::kForward)); },
            "imports `os`"),
        made(
            "20,000 brackets", [] { return script::nested(20000); }, "nested more than 200 levels"),
        made(
            "300 blocks",
            [] {
                std::string body;
                for (std::size_t i = 2; i < 302; ++i)
                    body += std::string(2 * i, ' ') + "if True:\n";
                return script::forward(body + std::string(604, ' ') + "return x\n");
            },
            "nested more than 200 levels"),
        made(
            "20,000 signs", [] { return script::forward("    return " + std::string(20000, '-') + "x\n"); },
            "more than 5,000 operators"),
        made(
            "5 MB of source", [] { return script::archive(std::string(script::kHead) + std::string(5'000'000, '\n')); },
            "more source than any model's"),
        made(
            "printing in a class that nobody uses",
            [] {
                auto parts = script::parts(std::string(script::kHead) + std::string(script::kForward), pickle::dict({}));
                parts.push_back({"m/code/__torch__/deep/er.py", "class M(Module):\n  def forward(self):\n    print(1)\n"});
                return zip_bytes(parts);
            },
            "prints"),
        made(
            "a class of C++ in the pickle",
            [] {
                const std::string thing = pickle::object("__torch__.torch.classes.mine", "Thing", {});
                return zip_bytes(script::parts(std::string(script::kHead) + std::string(script::kForward),
                                               pickle::dict({{"training", "\x89"}, {"x", thing}})));
            },
            "`__torch__.torch.classes.mine.Thing`"),
        made(
            "os.system in the pickle",
            [] {
                const std::string call = pickle::global("os", "system") + "(" + pickle::text("true") + "tR";
                return zip_bytes(script::parts(std::string(script::kHead) + std::string(script::kForward),
                                               pickle::dict({{"training", "\x89"}, {"x", call}})));
            },
            "`os.system`"),
        made(
            "wrong UTF-8 in the code",
            [] { return script::forward("    print(\xC3\x28\xFF)\n    return torch.\xFF\xFE.save(x)\n"); }, "prints"),
    };
}

/// What only loading shows.
inline HostileFiles surprises()
{
    const auto forward = [](const char *what, const char *body, const char *part) {
        return HostileFile{what, "a.pt", [body] { return script::forward(body); }, Guard::child, part};
    };
    const auto grows = [](const char *what, const char *body, const char *part) {
        return HostileFile{what, "a.pt", [body] { return script::forward(body); }, Guard::child, part, true};
    };
    const auto made = [](const char *what, std::function<std::string()> bytes, const char *part) {
        return HostileFile{what, "a.pt", std::move(bytes), Guard::child, part};
    };
    const auto odd = [](const char *what, std::function<std::string()> bytes) {
        return HostileFile{what, "a.pt", std::move(bytes), Guard::nothing, ""};
    };
    return {
        forward("computes for ever",
                "    y = bool(torch.ge(torch.sum(torch.relu(x)), 0))\n    while y:\n      x = torch.abs(torch.add(x, 1))\n"
                "      y = bool(torch.ge(torch.sum(torch.relu(x)), 0))\n    return torch.mean(x, [2, 3])\n",
                "had not ended after"),
        grows("takes 24 GB", "    y = torch.ones([torch.size(x, 0), 3000000000])\n    return torch.mean(y, [1], True)\n",
              "of memory"),
        grows("takes more with each round",
              "    y = x\n    n = torch.size(x, 0)\n    while torch.gt(n, 0):\n      y = torch.cat([y, y])\n"
              "      n = torch.add(n, torch.size(y, 0))\n    return torch.mean(y, [2, 3])\n",
              "was not opened: loading it"),
        grows("doubles a text",
              "    s = \"xxxxxxxx\"\n    for i in range(60):\n      s = torch.add(s, s)\n"
              "    return torch.mean(torch.mul(x, torch.len(s)), [2, 3])\n",
              "was not opened: loading it"),
        forward("calls itself", "    return (self).forward(x, )\n", "does not load as TorchScript"),
        forward("calls what is not there", "    return torch.no_such_operator(x)\n", "does not load as TorchScript"),
        forward("is no code", "    return )x(\n", "does not load as TorchScript"),
        forward("adds a text to a number", "    return torch.add(\"a\", 1)\n", "does not load as TorchScript"),
        forward("reads beyond a tensor", "    return torch.as_strided(x, [2, 1000000000], [1, 1], 0)\n", "out of bounds"),
        forward("divides by zero",
                "    n = torch.floordiv(1, torch.sub(torch.size(x, 0), torch.size(x, 0)))\n    return torch.add(x, n)\n",
                "division by 0"),
        forward("gives up", "    ops.prim.RaiseException(\"\xC3\x28\xFF\x1B[2J\")\n    return x\n", ""),
        forward("gives no numbers", "    return \"text\"\n", "does not load as TorchScript: R"),
        made(
            "has no forward",
            [] { return script::archive(std::string(script::kHead) + "  def other(self: __torch__.N) -> int:\n    return 1\n"); },
            "has no forward method"),
        made(
            "code of a class that is not there", [] { return script::archive("class M(Module):\n  pass\n"); },
            "does not load as TorchScript"),
        made(
            "no code", [] { return script::archive(""); }, "does not load as TorchScript"),
        made(
            "zeros as code", [] { return script::archive(std::string(1000, '\0')); }, "does not load as TorchScript"),
        odd("an attribute of another type",
            [] {
                return zip_bytes(script::parts(std::string(script::kHead) + std::string(script::kForward),
                                               pickle::dict({{"training", pickle::text("yes")}})));
            }),
        odd("wrong UTF-8 as an attribute's name",
            [] {
                return zip_bytes(script::parts(std::string(script::kHead) + std::string(script::kForward),
                                               pickle::dict({{"training", "\x89"}, {"\xC3\x28\xFF", "N"}})));
            }),
    };
}

} // namespace hostile_scripts
