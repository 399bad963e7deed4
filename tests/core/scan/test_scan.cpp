// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/divergence_scan.h"
#include "core/scan/scan.h"
#include "core/scan/sensitivity_files.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <fstream>

class TestScan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void scans_weights_alone_without_images();
    void measures_every_layer_in_every_format();
    void is_the_same_for_any_number_of_threads();
    void takes_as_many_images_as_it_is_told();
    void chooses_the_images_that_the_model_is_least_sure_of();
    void leaves_out_formats_that_nobody_asked_for();
    void goes_on_from_what_the_cache_has();
    void ends_with_its_seconds_and_says_so();
    void stops_and_keeps_what_it_measured();
    void tells_while_it_works();
    void refuses_formats_and_models_that_it_cannot_scan();
    void knows_when_the_ranking_has_settled();
    void writes_what_the_contract_says();
    void writes_tables_and_data_of_nodes();

private:
    [[nodiscard]] ca::ScanOptions options(std::size_t samples = 24) const
    {
        ca::ScanOptions options;
        options.images = ca::ScanImages{"colours", images_, *ca::parse_preprocess("cifar10")};
        options.samples = samples;
        options.threads = 2;
        return options;
    }

    QTemporaryDir folder_;
    ca::Model model_;
    ca::Split images_ = whole_split(coloured_images(40, 8, 5), "calibration");
};

namespace {

ca::SensitivityTable scanned(const ca::Model &model, const ca::ScanOptions &options)
{
    return ca::scan(model, options, {}, {}, {}).value();
}

bool same_divergences(const ca::SensitivityTable &a, const ca::SensitivityTable &b)
{
    for (std::size_t i = 0; i < a.layers.size(); ++i)
        if (a.layers[i].divergence != b.layers[i].divergence)
            return false;
    return a.whole == b.whole;
}

} // namespace

void TestScan::initTestCase()
{
    model_ = ca::load_model(write_scripted_net(folder_.path().toStdString(), "cnn"), {}, {}, {}).value();
}

void TestScan::scans_weights_alone_without_images()
{
    const auto table = scanned(model_, {});
    QCOMPARE(table.layers.size(), model_.program.layers().size());
    QVERIFY(table.data.empty());
    for (const ca::LayerSensitivity &row : table.layers) {
        QVERIFY(row.divergence.empty());
        QVERIFY(!row.activation);
        QVERIFY(row.weights.statistics.count > 0);
        QVERIFY(row.weights.beta_noise[0] > row.weights.beta_noise[5]); // 2 bits, 8 bits
        QVERIFY(row.bytes.at("int8") < row.bytes.at("fp32"));
    }
}

void TestScan::measures_every_layer_in_every_format()
{
    const auto table = scanned(model_, options());
    QCOMPARE(table.images, std::size_t{24});
    for (const ca::LayerSensitivity &row : table.layers) {
        for (const std::string &format : ca::scan_formats())
            QCOMPARE(row.divergence.at(format).images, std::size_t{24});
        QVERIFY(row.divergence.at("int2").kl > row.divergence.at("int8").kl);
        QVERIFY(row.activation);
        QVERIFY(row.gain.at("int4") >= 0);
        QVERIFY(!row.block.empty());
    }
    for (const std::string &format : ca::scan_formats())
        QCOMPARE(table.whole.at(format).images, std::size_t{24});
    QVERIFY(table.whole.at("int2").kl > table.whole.at("int8").kl);
    for (const ca::BlockSensitivity &block : table.blocks)
        QVERIFY(block.without.at("int2").kl >= 0);
    QVERIFY(table.beta_vs_divergence.contains("int4"));
    QVERIFY(!table.beta_vs_divergence.contains("nf4")); // Beta noise is of integers
}

void TestScan::is_the_same_for_any_number_of_threads()
{
    auto one = options(), four = options();
    one.threads = 1;
    four.threads = 4;
    QVERIFY(same_divergences(scanned(model_, one), scanned(model_, four)));
}

void TestScan::takes_as_many_images_as_it_is_told()
{
    QCOMPARE(scanned(model_, options(5)).images, std::size_t{5});
    QCOMPARE(scanned(model_, options(100000)).images, images_.size());
    const auto by_itself = scanned(model_, options(0)).images;
    QVERIFY(by_itself >= ca::kScanImages && by_itself <= ca::kMostScanImages);
}

void TestScan::chooses_the_images_that_the_model_is_least_sure_of()
{
    // The images ordered by hand, by the margin between the two largest outputs: the first 16 of them alone give the same.
    const auto how = *ca::parse_preprocess("cifar10");
    std::vector<std::pair<float, std::uint32_t>> margins;
    for (std::size_t i = 0; i < images_.size(); ++i) {
        ca::ImageBatch one{1, 3, 32, 32, std::vector<float>(3 * 32 * 32)};
        ca::preprocess(*images_.images, std::span(images_.indices).subspan(i, 1), how, one.values);
        auto outputs = ca::run(model_.program, one)->values;
        std::sort(outputs.begin(), outputs.end(), std::greater<>());
        margins.emplace_back(outputs[0] - outputs[1], images_.indices[i]);
    }
    std::sort(margins.begin(), margins.end());
    auto few = options(16);
    few.formats = {"int2"};
    auto by_hand = few;
    by_hand.images->calibration.indices.clear();
    for (std::size_t i = 0; i < 16; ++i)
        by_hand.images->calibration.indices.push_back(margins[i].second);
    const auto chosen = scanned(model_, few), expected = scanned(model_, by_hand);
    for (std::size_t i = 0; i < chosen.layers.size(); ++i) {
        const double a = chosen.layers[i].divergence.at("int2").kl, b = expected.layers[i].divergence.at("int2").kl;
        QVERIFY2(std::abs(a - b) <= 1e-4 * b, chosen.layers[i].layer.name.c_str());
    }
}

void TestScan::leaves_out_formats_that_nobody_asked_for()
{
    auto few = options();
    few.formats = {"int4", "nf4"};
    const auto table = scanned(model_, few);
    for (const ca::LayerSensitivity &row : table.layers)
        QCOMPARE(row.divergence.size(), std::size_t{2});
    QCOMPARE(table.whole.size(), std::size_t{2});
}

void TestScan::goes_on_from_what_the_cache_has()
{
    const QTemporaryDir cache;
    auto cached = options();
    cached.cache = cache.path().toStdString();
    const auto first = scanned(model_, cached);
    const auto file = std::filesystem::directory_iterator(cached.cache)->path();
    const auto size = std::filesystem::file_size(file);
    const auto second = scanned(model_, cached);
    QVERIFY(same_divergences(first, second));
    QCOMPARE(std::filesystem::file_size(file), size); // nothing was measured anew

    std::filesystem::resize_file(file, size / 2);
    QVERIFY(same_divergences(first, scanned(model_, cached)));

    auto other = cached; // other images: other divergences, in a file of their own
    other.images->calibration = whole_split(coloured_images(40, 8, 6), "calibration");
    QVERIFY(!same_divergences(first, scanned(model_, other)));
}

void TestScan::ends_with_its_seconds_and_says_so()
{
    auto hasty = options(0);
    hasty.seconds = 1e-3;
    const auto table = scanned(model_, hasty);
    QCOMPARE(table.images, std::size_t{0});
    QCOMPARE(table.notes.size(), std::size_t{1});
    QVERIFY(table.notes.front().find("0.001 s") != std::string::npos);
    QVERIFY(table.layers.front().weights.statistics.count > 0);
}

void TestScan::stops_and_keeps_what_it_measured()
{
    const QTemporaryDir cache;
    auto cached = options();
    cached.cache = cache.path().toStdString();
    std::stop_source stop;
    std::size_t cells = 0;
    const ca::Progress progress([&](const ca::ProgressReport &report) {
        if (report.stage.starts_with("Measuring divergence")) {
            cells = report.done;
            stop.request_stop();
        }
    });
    const auto stopped = ca::scan(model_, cached, {}, stop.get_token(), progress);
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().code, ca::ErrorCode::cancelled);
    QVERIFY(cells > 0);
    std::ifstream lines(std::filesystem::directory_iterator(cached.cache)->path());
    const auto kept = std::count(std::istreambuf_iterator<char>(lines), std::istreambuf_iterator<char>(), '\n');
    QVERIFY(kept > 0);
    QVERIFY(same_divergences(scanned(model_, cached), scanned(model_, options())));
}

void TestScan::tells_while_it_works()
{
    std::vector<std::size_t> filled;
    const auto table = ca::scan(model_, options(),
                                [&](const ca::SensitivityTable &so_far) {
                                    std::size_t cells = 0;
                                    for (const ca::LayerSensitivity &row : so_far.layers)
                                        cells += row.divergence.size();
                                    filled.push_back(cells);
                                },
                                {}, {});
    QVERIFY(table);
    QVERIFY(filled.size() >= 3); // weights, costs, activations, the end
    QVERIFY(std::is_sorted(filled.begin(), filled.end()));
    QCOMPARE(filled.front(), std::size_t{0});
    QCOMPARE(filled.back(), table->layers.size() * ca::scan_formats().size());
}

void TestScan::refuses_formats_and_models_that_it_cannot_scan()
{
    auto wrong = options();
    wrong.formats = {"int9"};
    const auto refused = ca::scan(model_, wrong, {}, {}, {});
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ca::ErrorCode::usage);
    QVERIFY(refused.error().text().find("int8, static-int8") != std::string::npos);

    const auto content = ca::load_model(write_scripted_net(folder_.path().toStdString(), "content"), {}, {}, {}).value();
    const auto unrecorded = ca::scan(content, options(), {}, {}, {});
    QVERIFY(!unrecorded);
    QCOMPARE(unrecorded.error().code, ca::ErrorCode::unsupported);

    auto small = options();
    small.images->preprocess.size = small.images->preprocess.crop = 20;
    const auto misfit = ca::scan(model_, small, {}, {}, {});
    QVERIFY(!misfit);
    QCOMPARE(misfit.error().code, ca::ErrorCode::bad_data);
}

void TestScan::knows_when_the_ranking_has_settled()
{
    const std::vector<double> up{1, 2, 3, 4, 5, 6}, swapped{2, 1, 3, 4, 5, 6};
    QVERIFY(ca::ranking_is_stable({up, up}, {up, up}));
    QVERIFY(!ca::ranking_is_stable({up, up}, {swapped, swapped})); // Spearman 1 - 6 * 2 / 210 = 0.943 each
    QVERIFY(ca::ranking_is_stable({up, up}, {up, swapped}));       // mean 0.971
}

void TestScan::writes_what_the_contract_says()
{
    const auto table = scanned(model_, options());
    const ca::OrderedJson json = ca::to_json(table);
    QCOMPARE(json["layers"].size(), table.layers.size());
    const auto &row = json["layers"][0];
    for (const char *key :
         {"id", "name", "kind", "shape", "parameters", "macs", "beta", "noise", "measured_noise", "divergence", "activation"})
        QVERIFY2(row.contains(key), key);
    QCOMPARE(row["id"].get<std::string>(), std::string("L001"));
    for (const char *key : {"alpha", "beta", "ks", "low", "high"})
        QVERIFY2(row["beta"][key].is_number(), key);
    QVERIFY(row["beta"]["bad_fit"].is_boolean());
    for (const char *bits : {"2", "3", "4", "5", "6", "8"}) {
        QVERIFY(row["noise"][bits].get<double>() > 0);
        QVERIFY(row["measured_noise"][bits].get<double>() > 0);
    }
    for (const std::string &format : ca::scan_formats())
        QVERIFY(row["divergence"][format].is_number());
    for (const char *key : {"min", "max", "p999"})
        QVERIFY(row["activation"][key].is_number());
    QVERIFY(json["rank_correlation"]["beta_vs_divergence"]["int4"].is_number());
    QVERIFY(json["seconds"].get<double>() > 0);

    const auto bare = ca::to_json(scanned(model_, {}));
    QVERIFY(bare["layers"][0]["activation"].is_null());
    QVERIFY(bare["layers"][0]["divergence"].empty());
}

void TestScan::writes_tables_and_data_of_nodes()
{
    const QTemporaryDir output;
    auto few = options();
    few.formats = {"int4"};
    const auto table = scanned(model_, few);
    const auto files = ca::write_sensitivity(table, output.path().toStdString());
    QVERIFY(files);
    QCOMPARE(files->size(), std::size_t{3});
    for (const auto &file : *files)
        QVERIFY(std::filesystem::file_size(file) > 0);
    const std::string csv = ca::sensitivity_csv(table);
    QCOMPARE(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')), table.layers.size() + 1);
    const std::string heading = csv.substr(0, csv.find('\r'));
    const std::string line = csv.substr(csv.find('\n') + 1, csv.find('\r', csv.find('\n')) - csv.find('\n') - 1);
    QCOMPARE(std::count(heading.begin(), heading.end(), ','), std::count(line.begin(), line.end(), ','));

    const ca::OrderedJson nodes = ca::node_data(table, "int4");
    const auto &results = nodes["graph"]["results"];
    QCOMPARE(results[table.layers[0].layer.name]["value"].get<double>(), table.layers[0].divergence.at("int4").matched_kl);
    QCOMPARE(results["conv2d"], results[table.layers[0].layer.name]); // as torch.export names the first of them
    QVERIFY(results.contains("conv2d_1"));
    QCOMPARE(nodes["graph"]["gradient"].front()["stop"].get<double>(), 0.0);
    QCOMPARE(nodes["graph"]["gradient"].back()["stop"].get<double>(), 1.0);
}

QTEST_APPLESS_MAIN(TestScan)
#include "test_scan.moc"
