// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/writers/csv.h"
#include "tests/core/report/csv_records.h"

#include <QtTest>

namespace {

ca::Trial some_trial()
{
    ca::Trial trial;
    trial.id = "T7";
    trial.recipe.layers["conv1"] = {.format = ca::Format::int4, .rounding = ca::Rounding::gptq, .group = 64, .symmetric = false};
    trial.recipe.layers["fc, last"] = {.format = ca::Format::nf4};
    return trial;
}

/// As core/scan/sensitivity_files.h writes it, with two layers.
ca::Json some_scan()
{
    return ca::Json::parse(R"({"layers":[
        {"id":"L001","name":"conv1","block":"stem","kind":"convolution","parameters":1728,"macs":1769472,
         "beta":{"alpha":2.5,"beta":3,"ks":0.0625},"noise":{"2":0.5,"4":0.02,"8":null},
         "divergence":{"int8":0.03125,"int4":0.25},"divergence_details":{"int4":{"changed":0.125}},
         "bytes":{"fp32":6912,"int4":900}},
        {"id":"L002","name":"head","block":"head","kind":"linear","parameters":10,"macs":10,"bytes":{"fp32":40}}]})");
}

ca::ExampleSet some_examples()
{
    ca::ExampleSet set{"T7", "holdout", {}, {}};
    ca::ShownExample kept, broken, fixed;
    kept.kind = "confident";
    broken.kind = "broken";
    broken.index = 41;
    broken.file = "a,b \"c\".png";
    broken.label = 3;
    broken.name = "кот";
    broken.before = {3, "кот", 0.75};
    broken.after = {5, "dog", 0.5};
    broken.probability_before = 0.25;
    broken.repairs = {{"layer1", true, 0.625}, {"layer2", false, 0.375}};
    fixed.kind = "fixed";
    fixed.index = 7;
    set.examples = {kept, broken, fixed};
    return set;
}

} // namespace

class TestResultsTables final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void lists_layers_with_what_the_trial_does_to_them();
    void leaves_empty_what_was_not_measured();
    void lists_the_recipe_where_nothing_was_scanned();
    void lists_the_scan_where_there_is_no_trial();
    void survives_a_damaged_scan();
    void lists_each_flip_with_its_repairs();
};

void TestResultsTables::lists_layers_with_what_the_trial_does_to_them()
{
    const ca::Trial trial = some_trial();
    const std::string csv = ca::layers_csv(&trial, some_scan());
    for (const auto &[column, value] : std::vector<std::pair<std::string, std::string>>{{"trial", "T7"},
                                                                                        {"id", "L001"},
                                                                                        {"name", "conv1"},
                                                                                        {"block", "stem"},
                                                                                        {"parameters", "1728"},
                                                                                        {"format", "int4"},
                                                                                        {"activation", "none"},
                                                                                        {"rounding", "gptq"},
                                                                                        {"group", "64"},
                                                                                        {"symmetric", "0"},
                                                                                        {"bytes", "900"},
                                                                                        {"float_bytes", "6912"},
                                                                                        {"alpha", "2.5"},
                                                                                        {"ks", "0.0625"},
                                                                                        {"noise_4", "0.02"},
                                                                                        {"divergence_int4", "0.25"},
                                                                                        {"divergence_int8", "0.03125"},
                                                                                        {"changed_int4", "0.125"}})
        QCOMPARE(csv_cell(csv, 1, column), value);
    QCOMPARE(csv_cell(csv, 2, "format"), std::string("fp32")); // no recipe names it
    QCOMPARE(csv_cell(csv, 2, "bytes"), std::string("40"));
    QCOMPARE(csv_cell(csv, 2, "rounding"), std::string());
}

void TestResultsTables::leaves_empty_what_was_not_measured()
{
    const ca::Trial trial = some_trial();
    const std::string csv = ca::layers_csv(&trial, some_scan());
    for (const char *column : {"noise_8", "noise_6", "divergence_nf4", "changed_int8"})
        QCOMPARE(csv_cell(csv, 1, column), std::string());
    const auto records = read_csv(csv);
    for (const auto &record : records)
        QCOMPARE(record.size(), records[0].size());
}

void TestResultsTables::lists_the_recipe_where_nothing_was_scanned()
{
    const ca::Trial trial = some_trial();
    const std::string csv = ca::layers_csv(&trial, {});
    QCOMPARE(read_csv(csv).size(), std::size_t{3});
    QCOMPARE(csv_cell(csv, 2, "name"), std::string("fc, last"));
    QCOMPARE(csv_cell(csv, 2, "format"), std::string("nf4"));
    QCOMPARE(csv_cell(csv, 2, "group"), std::string());
}

void TestResultsTables::lists_the_scan_where_there_is_no_trial()
{
    const std::string csv = ca::layers_csv(nullptr, some_scan());
    QCOMPARE(read_csv(csv).size(), std::size_t{3});
    QCOMPARE(csv_cell(csv, 1, "trial") + csv_cell(csv, 1, "format") + csv_cell(csv, 1, "bytes"), std::string());
    QCOMPARE(csv_cell(csv, 1, "divergence_int4"), std::string("0.25"));
    QCOMPARE(read_csv(ca::layers_csv(nullptr, {})).size(), std::size_t{1});
}

void TestResultsTables::survives_a_damaged_scan()
{
    const ca::Trial trial = some_trial();
    for (const char *text : {"[]", "{}", R"({"layers":3})", R"({"layers":[1,"x",{},{"name":7,"beta":[],"noise":"n"}]})"}) {
        const auto records = read_csv(ca::layers_csv(&trial, ca::Json::parse(text)));
        for (const auto &record : records)
            QCOMPARE(record.size(), records[0].size());
    }
}

void TestResultsTables::lists_each_flip_with_its_repairs()
{
    const std::string csv = ca::failures_csv(some_examples());
    QCOMPARE(read_csv(csv).size(), std::size_t{4}); // the heading, broken with two repairs, fixed
    for (const auto &[column, value] : std::vector<std::pair<std::string, std::string>>{{"trial", "T7"},
                                                                                        {"split", "holdout"},
                                                                                        {"kind", "broken"},
                                                                                        {"index", "41"},
                                                                                        {"file", "a,b \"c\".png"},
                                                                                        {"label", "3"},
                                                                                        {"class", "кот"},
                                                                                        {"float_answer", "3"},
                                                                                        {"float_probability", "0.75"},
                                                                                        {"quantized_class", "dog"},
                                                                                        {"quantized_probability", "0.5"},
                                                                                        {"unrestored_probability", "0.25"},
                                                                                        {"restored", "layer1"},
                                                                                        {"repaired", "1"},
                                                                                        {"restored_probability", "0.625"}})
        QCOMPARE(csv_cell(csv, 1, column), value);
    QCOMPARE(csv_cell(csv, 2, "restored") + csv_cell(csv, 2, "repaired"), std::string("layer20"));
    QCOMPARE(csv_cell(csv, 3, "kind"), std::string("fixed"));
    QCOMPARE(csv_cell(csv, 3, "label") + csv_cell(csv, 3, "restored"), std::string());
}

QTEST_APPLESS_MAIN(TestResultsTables)
#include "test_results_tables.moc"
