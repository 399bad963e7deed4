// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/program.h"
#include "tests/corpus/script_bytes.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

/// The program as a script sees it: files that mean harm.
class TestFirstLoadCommand final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void refuses_code_that_does_more_than_compute();
    void survives_what_crashes_although_it_is_trusted();
    void loads_what_is_sound();
    void keeps_its_own_command_to_itself();

private:
    Outcome quantize(const QString &model, const QStringList &more = {}) const
    {
        return run_program(QStringList{"quantize", "--model", model, "--method", "int8-weight", "--output", "out.safetensors"}
                               + more,
                           folder_.path());
    }
    QTemporaryDir folder_;
};

void TestFirstLoadCommand::initTestCase()
{
    const std::filesystem::path folder = folder_.path().toStdString();
    write_scripted_net(folder, "cnn");
    QVERIFY(write_bytes(folder / "prints.pt", script::forward("    print(x)\n    return x\n")));
    QVERIFY(write_bytes(folder / "nested.pt", script::nested(20000)));
}

void TestFirstLoadCommand::refuses_code_that_does_more_than_compute()
{
    const Outcome refused = quantize("prints.pt");
    QCOMPARE(refused.code, 4);
    QVERIFY2(refused.err.contains("It prints (`print`).") && refused.err.contains("--trust"), refused.err.constData());
    QVERIFY(refused.out.isEmpty());
}

void TestFirstLoadCommand::survives_what_crashes_although_it_is_trusted()
{
    const Outcome refused = quantize("nested.pt", {"--trust"});
    QCOMPARE(refused.code, 4);
    QVERIFY2(refused.err.contains("crashed the process that tried it"), refused.err.constData());
    QVERIFY(!QFileInfo::exists(folder_.filePath("out.safetensors")));
}

void TestFirstLoadCommand::loads_what_is_sound()
{
    const Outcome made = quantize("cnn.pt");
    QVERIFY2(made.code == 0, made.err.constData());
    QVERIFY(QFileInfo::exists(folder_.filePath("out.safetensors")));
}

void TestFirstLoadCommand::keeps_its_own_command_to_itself()
{
    QVERIFY(!run_program({"--help"}, folder_.path()).out.contains("load-check"));
    const Outcome by_hand = run_program({"load-check", "cnn.pt"}, folder_.path());
    QCOMPARE(by_hand.code, 2);
    QVERIFY2(by_hand.err.contains("Use inspect FILE."), by_hand.err.constData());
}

QTEST_APPLESS_MAIN(TestFirstLoadCommand)
#include "test_first_load_command.moc"
