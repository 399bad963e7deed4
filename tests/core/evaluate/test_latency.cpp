// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/latency.h"

#include "core/evaluate/thread_pin.h"
#include "tests/support/scripted_nets_torch.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include <sched.h>

namespace {

/// Cores that this thread may run on.
int allowed_cores()
{
    cpu_set_t allowed;
    return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 0;
}

} // namespace

class TestLatency final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void times_the_program_with_its_baselines();
    void leaves_out_baselines_that_are_not_there();
    void times_only_batch_1_when_asked();
    void gives_no_time_of_a_simulation();
    void stops_timing_when_asked();
    void stays_on_one_core_while_one_thread_is_timed();
    void pins_nothing_where_several_threads_are_timed();
    void lets_go_of_the_core();
    void warns_of_another_process_that_computes();
    void knows_the_widest_instruction_set();
    void finds_the_instruction_set_of_this_machine();

private:
    QTemporaryDir folder_;
    ca::Model model_;
    ca::FloatBaselines baselines_;
};

void TestLatency::initTestCase()
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "cnn"), {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    model_ = std::move(*model);
    baselines_ = ca::float_baselines(model_);
}

void TestLatency::times_the_program_with_its_baselines()
{
    ca::LatencyOptions options;
    options.batch = 16;
    options.rounds = 9;
    const auto times = ca::measure_latency(baselines_, model_.input, model_.program, "fp32", true, options, {}, {});
    QVERIFY2(times, times ? "" : times.error().text().c_str());
    const auto in_order = [](const std::optional<ca::MedianInterval> &interval) {
        return interval && interval->low > 0 && interval->low <= interval->median && interval->median <= interval->high;
    };
    QVERIFY(in_order(times->program.batch1) && in_order(times->program.batch_n));
    QVERIFY(times->program.batch_n->median > times->program.batch1->median); // sixteen images take longer than one
    QCOMPARE(times->program.compute, std::string("fp32"));
    QCOMPARE(times->program.batch, 16);
    QVERIFY(times->floats.torchscript && in_order(times->floats.torchscript->batch1)
            && in_order(times->floats.torchscript->batch_n));
    QVERIFY(times->floats.fused_fp32 && in_order(times->floats.fused_fp32->batch1));
    QVERIFY(!times->floats.bf16 || in_order(times->floats.bf16->batch1));
}

void TestLatency::leaves_out_baselines_that_are_not_there()
{
    ca::LatencyOptions options;
    options.batch = 1;
    options.rounds = 5;
    const ca::FloatBaselines only{{}, baselines_.fused_fp32, {}};
    const auto times = ca::measure_latency(only, model_.input, model_.program, "fp32", true, options, {}, {});
    QVERIFY(times);
    QVERIFY(times->program.batch1 && times->floats.fused_fp32);
    QVERIFY(!times->floats.torchscript && !times->floats.bf16);
}

void TestLatency::times_only_batch_1_when_asked()
{
    ca::LatencyOptions options;
    options.batch = 1;
    options.rounds = 5;
    const auto times = ca::measure_latency(baselines_, model_.input, model_.program, "fp32", true, options, {}, {});
    QVERIFY(times && times->program.batch1 && !times->program.batch_n);
    QCOMPARE(times->program.batch, 32);
}

void TestLatency::gives_no_time_of_a_simulation()
{
    ca::LatencyOptions options;
    options.batch = 2;
    options.rounds = 5;
    const auto times = ca::measure_latency(baselines_, model_.input, model_.program, "int8", false, options, {}, {});
    QVERIFY(times);
    QVERIFY(!times->program.real && !times->program.batch1 && !times->program.batch_n);
    QVERIFY(times->floats.fused_fp32 && times->floats.fused_fp32->batch1);
}

void TestLatency::stops_timing_when_asked()
{
    std::stop_source source;
    source.request_stop();
    const auto times = ca::measure_latency(baselines_, model_.input, model_.program, "fp32", true, {}, source.get_token(), {});
    QVERIFY(times.error().code == ca::ErrorCode::cancelled);
}

void TestLatency::stays_on_one_core_while_one_thread_is_timed()
{
    const int before = allowed_cores();
    ca::LatencyOptions options;
    options.batch = 1;
    options.rounds = 5;
    const auto times = ca::measure_latency(baselines_, model_.input, model_.program, "fp32", true, options, {}, {});
    QVERIFY(times);
    QVERIFY(times->program.pinned);
    QVERIFY(times->floats.torchscript && times->floats.torchscript->pinned);
    QCOMPARE(allowed_cores(), before);
}

void TestLatency::pins_nothing_where_several_threads_are_timed()
{
    ca::LatencyOptions options;
    options.batch = 1;
    options.rounds = 5;
    options.threads = 2;
    const auto times = ca::measure_latency(baselines_, model_.input, model_.program, "fp32", true, options, {}, {});
    QVERIFY(times);
    QVERIFY(!times->program.pinned);
}

void TestLatency::lets_go_of_the_core()
{
    const int before = allowed_cores();
    {
        const ca::ThreadPin pin(true);
        QVERIFY(pin.is_pinned());
        QCOMPARE(allowed_cores(), 1);
        const ca::ThreadPin none(false);
        QVERIFY(!none.is_pinned());
    }
    QCOMPARE(allowed_cores(), before);
}

void TestLatency::warns_of_another_process_that_computes()
{
    if (!QFile::exists("/proc/stat"))
        QSKIP("This system does not tell what its cores do.");
    QProcess other;
    other.start("sh", {"-c", "while :; do :; done"});
    QVERIFY(other.waitForStarted());
    ca::LatencyOptions options;
    options.batch = 1;
    options.rounds = 1 << 20; // as many as there is time for
    options.seconds = 1.5;
    const auto times = ca::measure_latency(baselines_, model_.input, model_.program, "fp32", true, options, {}, {});
    other.kill();
    other.waitForFinished();
    QVERIFY(times);
    QVERIFY(times->program.warning);
    QVERIFY(times->program.warning->starts_with("Another process is using the cores (about "));
    QCOMPARE(times->floats.torchscript->warning, times->program.warning);
}

void TestLatency::knows_the_widest_instruction_set()
{
    QCOMPARE(ca::instruction_set_of("fpu sse2 avx avx2 avx512f avx512_vnni amx_int8"), std::string("amx"));
    QCOMPARE(ca::instruction_set_of("avx2 avx_vnni avx512f avx512_vnni"), std::string("avx512_vnni"));
    QCOMPARE(ca::instruction_set_of("avx2 avx_vnni"), std::string("avx_vnni"));
    QCOMPARE(ca::instruction_set_of("avx2 avx512f"), std::string("avx512"));
    QCOMPARE(ca::instruction_set_of("avx avx2"), std::string("avx2"));
    QCOMPARE(ca::instruction_set_of("avx avx2x xavx2"), std::string("other"));
    QCOMPARE(ca::instruction_set_of(""), std::string("other"));
}

void TestLatency::finds_the_instruction_set_of_this_machine()
{
    QFile facts("/proc/cpuinfo");
    if (!facts.open(QIODevice::ReadOnly))
        QSKIP("This machine does not list its processor's flags.");
    const QByteArray text = facts.readAll();
    const bool wide = text.contains(" avx2 ");
    QCOMPARE(ca::instruction_set() != "other", wide);
}

QTEST_APPLESS_MAIN(TestLatency)
#include "test_latency.moc"
