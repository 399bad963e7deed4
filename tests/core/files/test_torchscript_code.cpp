// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/torchscript_code.h"

#include <QtTest>

class TestTorchscriptCode final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_what_classes_declare();
    void passes_plain_code();
    void finds_what_reaches_beyond_computing_data();
    void finds_what_reaches_beyond_computing();
    void passes_what_only_looks_so_data();
    void passes_what_only_looks_so();
    void lets_setstate_assign();
    void finds_a_setstate_that_does_more_data();
    void finds_a_setstate_that_does_more();
    void lets_setstate_pack_weights_for_onednn();
    void finds_loops_without_an_end_data();
    void finds_loops_without_an_end();
    void passes_loops_that_end_data();
    void passes_loops_that_end();
    void finds_imports();
    void finds_nesting_that_exhausts_a_parser();
    void gives_the_line();
};

namespace {

std::vector<ca::CodeFinding> findings(const std::string &body)
{
    return ca::script_findings("class N(Module):\n  def forward(self: __torch__.N,\n    x: Tensor) -> Tensor:\n" + body,
                               "code/n.py");
}

// As PyTorch 2.13 prints a module.
const char *const kPlain = R"py(class Conv2d(Module):
  __parameters__ = ["weight", "bias", ]
  __buffers__ = []
  weight : Tensor
  bias : Tensor
  training : bool
  def forward(self: __torch__.torch.nn.modules.conv.Conv2d,
    argument_1: Tensor) -> Tensor:
    bias = self.bias
    _0 = torch._convolution(argument_1, self.weight, bias, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, False, False, True, True)
    _1 = (self)._process(annotate(List[int], []), )
    if torch.__isnot__(bias, None):
      _2 = unchecked_cast(Tensor, bias)
    else:
      ops.prim.RaiseException("Cannot save, print or torch.from_file")
    for _3 in range(torch.len(_1)):
      torch.warn("print(x)")
    return ops.aten.relu(_0)
class Second(Module):
  __parameters__ = []
  __buffers__ = ["running_mean", "num_batches_tracked", ]
)py";

} // namespace

void TestTorchscriptCode::reads_what_classes_declare()
{
    const auto classes = ca::script_classes(kPlain, "__torch__.torch.nn.modules.conv");
    QCOMPARE(classes.size(), std::size_t{2});
    QCOMPARE(classes[0].name, std::string("__torch__.torch.nn.modules.conv.Conv2d"));
    QVERIFY(classes[0].parameters == (std::set<std::string, std::less<>>{"weight", "bias"}));
    QVERIFY(classes[0].buffers.empty());
    QVERIFY(classes[1].buffers == (std::set<std::string, std::less<>>{"running_mean", "num_batches_tracked"}));
}

void TestTorchscriptCode::passes_plain_code()
{
    QCOMPARE(ca::script_findings(kPlain, "code/n.py").size(), std::size_t{0});
}

void TestTorchscriptCode::finds_what_reaches_beyond_computing_data()
{
    QTest::addColumn<QString>("body");
    QTest::addColumn<QString>("part");
    const auto row = [](const char *body, const char *part) {
        QTest::newRow(body) << QString("    %1\n").arg(body) << QString(part);
    };
    row("y = torch.from_file(\"/etc/passwd\", False, 9)", "reads a file");
    row("torch.save(x, \"/tmp/a\")", "writes a file");
    row("torch . save (x, \"/tmp/a\")", "writes a file");
    row("(torch).save(x, \"/tmp/a\")", "PyTorch's operators under another name");
    row("(x).save(\"/tmp/a\")", "writes a file");
    row("f = torch.save", "writes a file");
    row("t = torch", "under another name");
    row("y = getattr(torch, \"sa\")", "under another name");
    row("ops.aten.save(x, \"/tmp/a\")", "writes a file");
    row("torch.ops.aten.from_file(\"a\")", "reads a file");
    row("print(x)", "prints");
    row("ops.prim.Print(x)", "prints");
    row("ops.prim.rpc_sync(\"w\", f)", "other machines");
    row("y = fork(g, x)", "starts a task");
    row("y = ops.quantized.linear(x)", "operator beyond");
    row("y = torch.ops.mine.go(x)", "operator beyond");
    row("o = ops", "operator beyond");
    row("y : __torch__.torch.classes.mine.Thing = x", "class that is not in the file");
    row("y = torch.classes.mine.Thing()", "class that is not in the file");
}

void TestTorchscriptCode::finds_what_reaches_beyond_computing()
{
    QFETCH(QString, body);
    QFETCH(QString, part);
    const auto found = findings(body.toStdString());
    QVERIFY(!found.empty()); // a call may be wrong in two ways at once
    QVERIFY2(QString::fromStdString(found[0].what).contains(part), found[0].what.c_str());
}

void TestTorchscriptCode::passes_what_only_looks_so_data()
{
    QTest::addColumn<QString>("body");
    for (const char *body : {"y = \"torch.save(\"", "y = 'it\\'s print(x)'", "# print(x)", "y = torch.saved(x)", "printer = x",
                             "y = ops.onednn.qconv(x)", "y = 1.e-05 - .5", "save = x", "y = self.laterals"})
        QTest::newRow(body) << QString("    %1\n").arg(body);
}

void TestTorchscriptCode::passes_what_only_looks_so()
{
    QFETCH(QString, body);
    const auto found = findings(body.toStdString());
    QVERIFY2(found.empty(), found.empty() ? "" : found[0].what.c_str());
}

void TestTorchscriptCode::lets_setstate_assign()
{
    const std::string code =
        "class N(Module):\n  def __setstate__(self: __torch__.N,\n    state: Tuple[Tensor, bool]) -> NoneType:\n"
        "    self.weight = (state)[0]\n    self.training = annotate(bool, (state)[1])\n    return None\n"
        "  def forward(self, x: Tensor) -> Tensor:\n    return torch.relu(x)\n";
    const auto found = ca::script_findings(code, "code/n.py");
    QVERIFY2(found.empty(), found.empty() ? "" : found[0].what.c_str());
}

void TestTorchscriptCode::finds_a_setstate_that_does_more_data()
{
    QTest::addColumn<QString>("line");
    for (const char *line : {"self.w = torch.ones([9, 9])", "(self).run((state)[0])", "(self.run)((state)[0])",
                             "while True:", "if x:", "self.w = [torch.ones][0]([1])"})
        QTest::newRow(line) << QString(line);
}

void TestTorchscriptCode::finds_a_setstate_that_does_more()
{
    QFETCH(QString, line);
    const auto found = ca::script_findings(
        "class N(Module):\n  def __setstate__(self, state: Tensor) -> NoneType:\n    " + line.toStdString() + "\n", "code/n.py");
    QVERIFY(!found.empty()); // a loop without an end is one more
    QCOMPARE(found[0].line, 3);
    QVERIFY(found[0].what.find("__setstate__") != std::string::npos);
}

// As PyTorch 2.13 prints it.
void TestTorchscriptCode::lets_setstate_pack_weights_for_onednn()
{
    const std::string code =
        "class N(Module):\n  def __setstate__(self: __torch__.N,\n    state: Tuple[Tensor, bool]) -> NoneType:\n"
        "    self.w = (state)[0]\n"
        "    _2 = ops.mkldnn._reorder_linear_weight(torch.to_mkldnn((state)[0]), 1)\n    self.p = _2\n"
        "    _3 = ops.onednn.qlinear_prepack((state)[0], None)\n    self.q = _3\n"
        "    self.r = torch.ops.onednn.qconv_prepack((state)[0], (state)[1], 1., 0, [1, 1], [0, 0], [1, 1], 1, None)\n"
        "    _4 = ops.mkldnn._reorder_convolution_weight(torch.to_mkldnn((state)[0]), [0, 0], [1, 1], [1, 1], 1, [1, 3, 4, 4])\n"
        "    return None\n  def forward(self, x: Tensor) -> Tensor:\n"
        "    return ops.mkldnn._linear_pointwise(x, self.p, None, \"none\", annotate(List[Optional[number]], []), \"\")\n";
    const auto found = ca::script_findings(code, "code/n.py");
    QVERIFY2(found.empty(), found.empty() ? "" : found[0].what.c_str());
}

void TestTorchscriptCode::finds_loops_without_an_end_data()
{
    QTest::addColumn<QString>("body");
    const auto row = [](const char *name, const char *body) { QTest::newRow(name) << QString(body); };
    row("as PyTorch 2.13 prints `while True`",
        "    x0 = x\n    _0 = True\n    while _0:\n      _0, x0 = True, torch.add(x0, 1)\n    return x0\n");
    row("literal", "    while True:\n      x = torch.add(x, 1)\n    return x\n");
    row("number", "    while 1:\n      x = torch.add(x, 1)\n");
    row("two constants", "    while (True) or True:\n      x = torch.add(x, 1)\n");
    row("condition that is never set", "    while x:\n      y = torch.add(y, 1)\n    x = y\n");
    row("condition set to True", "    while x:\n      x = True\n");
    row("at the end of the file", "    while x:\n      y = 1");
    row("range of all numbers", "    for _1 in range(9223372036854775807):\n      x = torch.add(x, 1)\n");
    row("loop in a loop", "    for _1 in range(3):\n      while True:\n        x = torch.add(x, 1)\n");
}

void TestTorchscriptCode::finds_loops_without_an_end()
{
    QFETCH(QString, body);
    const auto found = findings(body.toStdString());
    QCOMPARE(found.size(), std::size_t{1});
    QCOMPARE(found[0].what, std::string("It has a loop without an end."));
}

void TestTorchscriptCode::passes_loops_that_end_data()
{
    QTest::addColumn<QString>("body");
    const auto row = [](const char *name, const char *body) { QTest::newRow(name) << QString(body); };
    row("as PyTorch 2.13 prints `while i < 5`",
        "    x0 = x\n    i = 0\n    _0 = True\n    while _0:\n      x1 = torch.add(x0, 1)\n      i0 = torch.add(i, 1)\n"
        "      _0, x0, i = torch.lt(i0, 5), x1, i0\n    return x0\n");
    row("break", "    while True:\n      if x:\n        break\n");
    row("return", "    while True:\n      return x\n");
    row("condition that is computed", "    while torch.lt(i, 5):\n      i = torch.add(i, 1)\n");
    row("one of several results", "    while _0:\n      _0, y = (self).step(y, )\n");
    row("range of a size", "    for _1 in range(torch.len(y)):\n      x = torch.add(x, 1)\n");
    row("range of some", "    for _1 in range(1000):\n      x = torch.add(x, 1)\n");
    row("in a string", "    y = \"while True:\"\n");
}

void TestTorchscriptCode::passes_loops_that_end()
{
    QFETCH(QString, body);
    const auto found = findings(body.toStdString());
    QVERIFY2(found.empty(), found.empty() ? "" : found[0].what.c_str());
}

void TestTorchscriptCode::finds_imports()
{
    QVERIFY(ca::script_findings("import __torch__.torch.nn\nclass N(Module):\n", "code/n.py").empty());
    QCOMPARE(ca::script_findings("import os\nclass N(Module):\n", "code/n.py").size(), std::size_t{1});
    QVERIFY(ca::script_findings("from os import path\n", "code/n.py").at(0).what == "It imports `os`.");
}

void TestTorchscriptCode::finds_nesting_that_exhausts_a_parser()
{
    const auto brackets = [](std::size_t n) { return "    y = " + std::string(n, '(') + "x" + std::string(n, ')') + "\n"; };
    QVERIFY(findings(brackets(150)).empty());
    QCOMPARE(findings(brackets(201)).size(), std::size_t{1});
    std::string blocks;
    for (std::size_t i = 2; i < 300; ++i)
        blocks += std::string(2 * i, ' ') + "if x:\n";
    QCOMPARE(findings(blocks).size(), std::size_t{1});
    QCOMPARE(findings("    y = " + std::string(10000, '-') + "x\n").size(), std::size_t{1});
    std::string sum = "    y = x";
    std::string list = "    y = [0";
    for (int i = 0; i < 6000; ++i) {
        sum += " + x";
        list += ", -1.5";
    }
    QCOMPARE(findings(sum + "\n").size(), std::size_t{1});
    QVERIFY(findings(list + "]\n").empty());
}

void TestTorchscriptCode::gives_the_line()
{
    const auto found = findings("    y = \"a\n    z = 1\n    print(y)\n    print(y)\n");
    QCOMPARE(found.size(), std::size_t{2});
    QVERIFY(found[0] == (ca::CodeFinding{"code/n.py", 6, "It prints (`print`)."}));
    QCOMPARE(found[1].line, 7);
}

QTEST_APPLESS_MAIN(TestTorchscriptCode)
#include "test_torchscript_code.moc"
