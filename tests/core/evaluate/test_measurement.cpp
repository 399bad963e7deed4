// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/measurement.h"

#include <QtTest>

#include <limits>

namespace {

ca::Measurement some_measurement()
{
    ca::Measurement m;
    m.accuracy.n = 4;
    m.accuracy.correct = 3;
    m.accuracy.interval = {0.25, 0.5};
    m.accuracy.per_class = {1.0, 0.5, std::numeric_limits<double>::quiet_NaN()};
    m.accuracy.right = {1, 1, 0, 1};
    m.size = ca::bytes(1234);
    m.seconds = 2.5;
    return m;
}

ca::Latency some_latency()
{
    ca::Latency latency;
    latency.isa = "avx2";
    latency.provider = "aten";
    latency.compute = "int8";
    latency.pinned = true;
    latency.warning = "Another process uses the cores.";
    latency.batch1 = ca::MedianInterval{1.5, 1.25, 1.75};
    latency.batch = 8;
    return latency;
}

} // namespace

class TestMeasurement final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void writes_the_contract_of_a_bare_measurement();
    void writes_times_and_comparison();
    void writes_no_time_of_what_is_simulated();
    void has_no_accuracy_of_no_image();
};

void TestMeasurement::writes_the_contract_of_a_bare_measurement()
{
    // The keys and their order: CLI.md, `evaluate`.
    QCOMPARE(
        ca::to_json(some_measurement()).dump(),
        std::string(R"({"top1":0.75,"top5":null,"correct":3,"n":4,"unread":0,"interval":[0.25,0.5],"per_class":[1.0,0.5,null],)"
                    R"("calibration_error":null,"versus_float":null,"bytes":1234,"towers":null,"latency":null,)"
                    R"("float_latency":null,"peak_memory":null,"predicted_peak_memory":null,"seconds":2.5})"));
}

void TestMeasurement::writes_times_and_comparison()
{
    ca::Measurement m = some_measurement();
    m.accuracy.top5 = 1.0;
    m.versus_float = ca::PairedComparison{1, 2, 0.5, "undetermined"};
    m.latency = some_latency();
    m.float_latency = ca::FloatLatency{.torchscript = std::nullopt, .fused_fp32 = some_latency(), .bf16 = std::nullopt};
    m.peak_memory = ca::bytes(99);
    m.predicted_peak_memory = ca::bytes(98);
    m.accuracy.unread = 5;
    m.accuracy.calibration_error = 0.25;
    const ca::OrderedJson json = ca::to_json(m);
    QCOMPARE(json["top5"].dump(), std::string("1.0"));
    QCOMPARE(json["versus_float"].dump(), std::string(R"({"fixed":1,"broken":2,"p_value":0.5,"verdict":"undetermined"})"));
    QCOMPARE(json["latency"].dump(),
             std::string(R"({"device":"cpu","threads":1,"isa":"avx2","provider":"aten","compute":"int8","kernel":"real",)"
                         R"("pinned":true,"warning":"Another process uses the cores.",)"
                         R"("batch1":{"median":1.5,"low":1.25,"high":1.75},)"
                         R"("batchN":{"batch":8,"median":null,"low":null,"high":null}})"));
    QVERIFY(json["float_latency"]["torchscript"].is_null());
    QCOMPARE(json["float_latency"]["fused_fp32"], json["latency"]);
    QVERIFY(json["float_latency"]["bf16"].is_null());
    QCOMPARE(json["peak_memory"].dump(), std::string("99"));
    QCOMPARE(json["predicted_peak_memory"].dump(), std::string("98"));
    QCOMPARE(json["unread"].dump(), std::string("5"));
    QCOMPARE(json["calibration_error"].dump(), std::string("0.25"));
}

void TestMeasurement::writes_no_time_of_what_is_simulated()
{
    ca::Measurement m = some_measurement();
    m.latency = some_latency();
    m.latency->real = false;
    const ca::OrderedJson json = ca::to_json(m)["latency"];
    QCOMPARE(json["kernel"].dump(), std::string(R"("simulated")"));
    QCOMPARE(json["batch1"].dump(), std::string(R"({"median":null,"low":null,"high":null})"));
}

void TestMeasurement::has_no_accuracy_of_no_image()
{
    QVERIFY(ca::to_json(ca::Measurement{})["top1"].is_null());
}

QTEST_APPLESS_MAIN(TestMeasurement)
#include "test_measurement.moc"
