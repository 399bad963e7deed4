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
    QCOMPARE(found.size(), std::size_t{1});
    QCOMPARE(found[0].line, 3);
    QVERIFY(found[0].what.find("__setstate__") != std::string::npos);
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
