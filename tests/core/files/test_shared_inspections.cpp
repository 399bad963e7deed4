// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/files/inspect_file.h"
#include "tests/support/shared_files.h"

#include <QtTest>

class TestSharedInspections final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void counts_what_is_expected_data();
    void counts_what_is_expected();
    void counts_the_weights_of_both_towers();
    void says_both_counts_of_a_state_dict();
    void hashes_a_folder_as_sha256sum_would();
};

namespace {

ca::FileInspection inspection_of(const std::string &name)
{
    return ca::inspect_file(*shared_file("models/" + name)).value();
}

} // namespace

void TestSharedInspections::initTestCase()
{
    if (!shared_file("models/expected.json"))
        QSKIP("The shared models are not beside this checkout.");
}

void TestSharedInspections::counts_what_is_expected_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<qint64>("parameters");
    const auto text = ca::read_file(*shared_file("models/expected.json"), 1 << 20).value();
    const ca::Json expected = ca::parse_json(text, "expected.json").value()["models"];
    for (const auto &entry : std::filesystem::directory_iterator(*shared_file("models"))) {
        const std::string name = entry.path().filename().string();
        if (const auto found = expected.find(name.substr(0, name.find('.'))); found != expected.end())
            QTest::newRow(name.c_str()) << QString::fromStdString(name) << qint64{(*found)["parameters"].get<std::int64_t>()};
    }
}

void TestSharedInspections::counts_what_is_expected()
{
    QFETCH(QString, file);
    QFETCH(qint64, parameters);
    const ca::FileInspection inspection = inspection_of(file.toStdString());
    QCOMPARE(qint64{inspection.parameters}, parameters);
    QVERIFY(inspection.findings.empty());
}

void TestSharedInspections::counts_the_weights_of_both_towers()
{
    const ca::FileInspection inspection = inspection_of("clip-tiny");
    QVERIFY(inspection.format == ca::FileFormat::huggingface);
    QCOMPARE(inspection.architecture, std::string("clip"));
    QCOMPARE(inspection.parameters, std::int64_t{4'543'489});
    QVERIFY(inspection.verdict == ca::CodeVerdict::none);
    // 8 blocks and 3 blocks of 4 projections and 2 of the MLP; patches; 2 projections; 2 tables of positions, 1 of tokens.
    QCOMPARE(inspection.layers.size(), std::size_t{11 * 6 + 1 + 2 + 3});
}

void TestSharedInspections::says_both_counts_of_a_state_dict()
{
    const ca::FileInspection inspection = inspection_of("mobilenet_v2_cifar10.pth");
    QCOMPARE(inspection.parameters, std::int64_t{2'236'682});
    QCOMPARE(inspection.warnings.size(), std::size_t{1});
    const QString warning = QString::fromStdString(inspection.warnings.front());
    QVERIFY(warning.contains("2236682 parameters"));
    QVERIFY(warning.contains("2270846 with them")); // 34,112 running means and variances, 52 counters
}

void TestSharedInspections::hashes_a_folder_as_sha256sum_would()
{
    const auto folder = shared_file("models/clip-tiny").value();
    const auto hash = [&](const char *name) { return ca::sha256_of_file(folder / name).value(); };
    const ca::FileInspection inspection = inspection_of("clip-tiny");
    QCOMPARE(inspection.sha256,
             ca::sha256(hash("config.json") + "  config.json\n" + hash("model.safetensors") + "  model.safetensors\n"));
    QCOMPARE(inspection.size.value,
             static_cast<std::int64_t>(std::filesystem::file_size(folder / "config.json")
                                       + std::filesystem::file_size(folder / "model.safetensors")));
}

QTEST_APPLESS_MAIN(TestSharedInspections)
#include "test_shared_inspections.moc"
