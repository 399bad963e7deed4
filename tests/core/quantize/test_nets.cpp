// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/quantize/export/export.h"
#include "core/quantize/quantize.h"
#include "tests/support/calibration.h"
#include "tests/support/models.h"
#include "tests/support/scripted_nets_torch.h"
#include "tests/support/shared_files.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>

/// About a hundred files of Python's torch (tests/nets), traced, scripted and frozen, of the shapes that vision nets have.
class TestNets final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void equals_the_interpreter_data() { rows(); }
    void equals_the_interpreter();
    void finds_every_layer_data() { rows(); }
    void finds_every_layer();
    void keeps_its_output_with_int8_weights_data() { rows(); }
    void keeps_its_output_with_int8_weights();
    void quantizes_activations_where_there_are_kernels_data() { rows(); }
    void quantizes_activations_where_there_are_kernels();
    void comes_back_from_its_file_data() { rows(); }
    void comes_back_from_its_file();
    void runs_without_this_program_data() { rows(); }
    void runs_without_this_program();

private:
    void rows() const;
    /// The net of the row that runs; null where it does not load.
    const ca::Model *load();
    const ca::Json &row() const;
    static ca::ActivationRanges ranges(const ca::Model &model);
    static void compare(const ca::Program &program, const ca::Model &model, double least);

    QTemporaryDir folder_;
    ca::Json nets_;
    std::map<std::string, std::optional<ca::Model>> models_;
};

void TestNets::initTestCase()
{
    const QString python = qEnvironmentVariable("CA_TORCH") + "/../../../../bin/python";
    if (!QFile::exists(python))
        QSKIP("This machine has a LibTorch that is no Python wheel, so there is no Python to make nets with.");
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    const auto script = source_folder() / "tests" / "nets" / "make_nets.py";
    process.start(python, {"-B", QString::fromStdString(script.string()), folder_.path()});
    QVERIFY(process.waitForFinished(300'000));
    QVERIFY2(process.exitCode() == 0, process.readAll().constData());
    std::ifstream index(folder_.filePath("nets.json").toStdString());
    nets_ = ca::Json::parse(index);
    QVERIFY(nets_.size() >= 28);
}

void TestNets::rows() const
{
    QTest::addColumn<int>("number");
    for (std::size_t i = 0; i < nets_.size(); ++i)
        QTest::addRow("%s", nets_[i]["file"].get<std::string>().c_str()) << static_cast<int>(i);
}

const ca::Json &TestNets::row() const
{
    QFETCH(int, number);
    return nets_[static_cast<std::size_t>(number)];
}

const ca::Model *TestNets::load()
{
    const std::string file = row()["file"];
    if (!models_.contains(file)) {
        ca::LoadOptions options;
        options.sizes = {{32, 32}};
        auto model = ca::load_model(folder_.filePath(QString::fromStdString(file)).toStdString(), options, {}, {});
        if (!model)
            qWarning("%s", model.error().text().c_str());
        models_.emplace(file, model ? std::optional(std::move(*model)) : std::nullopt);
    }
    const auto &model = models_.at(file);
    return model ? &*model : nullptr;
}

/// Cosine of the outputs with those of the float program.
void TestNets::compare(const ca::Program &program, const ca::Model &model, double least)
{
    const auto images = random_images(8, 3, 32, 32, 21);
    const auto quantized = ca::run(program, images), reference = ca::run(model.program, images);
    QVERIFY2(quantized, quantized ? "" : quantized.error().text().c_str());
    const double similarity = cosine(quantized->values, reference->values);
    QVERIFY2(similarity > least, qPrintable(QString::number(similarity)));
}

void TestNets::equals_the_interpreter()
{
    const ca::Json &net = row();
    const ca::Model *loaded = load();
    QVERIFY(loaded);
    const ca::Model &model = *loaded;
    QVERIFY2(model.program.is_recorded() == net["recorded"].get<bool>(), model.notes.empty() ? "" : model.notes[0].c_str());
    QCOMPARE(model.input, (ca::InputSpec{3, 32, 32, 10}));
    const auto packed = ca::fuse(model.program);
    QVERIFY2(packed, packed ? "" : packed.error().text().c_str());
    for (const std::int64_t count : {1, 5}) {
        const auto images = random_images(count, 3, 32, 32, static_cast<unsigned>(count));
        const auto output = ca::run(model.program, images), fused = ca::run(*packed, images);
        const auto reference = ca::run(model.plain, images);
        QVERIFY(output && fused && reference);
        QVERIFY(relative_difference(output->values, reference->values) < 1e-4);
        QVERIFY(relative_difference(fused->values, reference->values) < 1e-4);
    }
}

/// A frozen file has no names, but as many weights.
static QStringList listed(const std::map<std::string, std::int64_t> &weights, bool named)
{
    QStringList list;
    for (const auto &[name, size] : weights)
        list.append((named ? QString::fromStdString(name) + ' ' : QString()) + QString::number(size));
    list.sort();
    return list;
}

void TestNets::finds_every_layer()
{
    const ca::Json &net = row();
    const ca::Model *loaded = load();
    QVERIFY(loaded);
    const ca::Model &model = *loaded;
    // Weights by name; attention takes its packed weight in parts (`in_proj`, `in_proj#2`) where it looks at something else.
    std::map<std::string, std::int64_t> weights, wanted;
    for (const ca::Layer &layer : model.program.layers())
        weights[layer.name.substr(0, layer.name.find('#'))] += layer.weights();
    for (const auto &[name, shape] : net["layers"].items()) {
        wanted[name] = 1;
        for (const std::int64_t size : shape)
            wanted[name] *= size;
    }
    if (!net["recorded"])
        wanted.clear();
    const auto found = listed(weights, net["named"]), expected = listed(wanted, net["named"]);
    QVERIFY2(found == expected, qPrintable(found.join(", ") + " instead of " + expected.join(", ")));
}

void TestNets::keeps_its_output_with_int8_weights()
{
    const ca::Model *loaded = load();
    QVERIFY(loaded);
    const ca::Model &model = *loaded;
    if (!model.program.is_recorded())
        return;
    const auto recipe = ca::make_recipe(model, "int8-weight", {});
    QVERIFY(recipe);
    QCOMPARE(recipe->recipe.layers.size(), model.program.layers().size());
    const auto quantized = ca::quantize(model, *recipe, {}, 1, {}, {});
    QVERIFY2(quantized, quantized ? "" : quantized.error().text().c_str());
    QVERIFY(quantized->real);
    compare(quantized->program, model, 0.999);
}

ca::ActivationRanges TestNets::ranges(const ca::Model &model)
{
    auto images = std::make_shared<ca::ImageSet>();
    images->channels = 3;
    images->height = images->width = 32;
    images->labels.assign(32, 0);
    images->classes = {"any"};
    for (const float value : random_images(32, 3, 32, 32, 5).values)
        images->pixels.push_back(static_cast<std::uint8_t>(std::clamp(128 + 32 * value, 0.0F, 255.0F)));
    ca::Split split{"calibration", images, {}};
    for (std::uint32_t i = 0; i < 32; ++i)
        split.indices.push_back(i);
    ca::Preprocess preprocess;
    preprocess.mean = {0.5F, 0.5F, 0.5F};
    preprocess.deviation = {0.125F, 0.125F, 0.125F};
    return minmax_ranges(model, split, preprocess).value();
}

void TestNets::quantizes_activations_where_there_are_kernels()
{
    const ca::Model *loaded = load();
    QVERIFY(loaded);
    const ca::Model &model = *loaded;
    if (!model.program.is_recorded())
        return;
    const auto recipe = ca::make_recipe(model, "static-int8", {});
    QVERIFY(recipe);
    QCOMPARE(recipe->recipe.layers.size(), model.program.layers().size());
    const auto quantized = ca::quantize(model, *recipe, ranges(model), 1, {}, {});
    QVERIFY2(quantized, quantized ? "" : quantized.error().text().c_str());
    QVERIFY(quantized->real);
    compare(quantized->program, model, 0.95);
}

void TestNets::comes_back_from_its_file()
{
    const ca::Model *loaded = load();
    QVERIFY(loaded);
    const ca::Model &model = *loaded;
    if (!model.program.is_recorded())
        return;
    for (const char *method : {"int8-weight", "int4-weight", "nf4", "llm-int8"}) {
        const auto quantized = ca::quantize(model, *ca::make_recipe(model, method, {.has_images = false}), {}, 1, {}, {});
        QVERIFY(quantized);
        const auto file = folder_.filePath("written.safetensors").toStdString();
        const auto written = ca::write_export(*quantized, file);
        QVERIFY2(written, written ? "" : written.error().text().c_str());
        QCOMPARE(written->value, QFile(QString::fromStdString(file)).size());
        QCOMPARE(ca::predicted_bytes(model, quantized->recipe).value, written->value);
        const auto back = ca::read_export(file, 1, {}, {});
        QVERIFY2(back, back ? "" : back.error().text().c_str());
        QVERIFY(back->recipe == quantized->recipe);
        const auto images = random_images(3, 3, 32, 32, 6);
        QCOMPARE(ca::run(back->program, images)->values, ca::run(quantized->program, images)->values);
    }
}

void TestNets::runs_without_this_program()
{
    const ca::Model *loaded = load();
    QVERIFY(loaded);
    const ca::Model &model = *loaded;
    if (!model.program.is_recorded())
        return;
    const auto quantized = ca::quantize(model, *ca::make_recipe(model, "int4-weight", {.has_images = false}), {}, 1, {}, {});
    QVERIFY(quantized);
    const auto file = folder_.filePath("portable.pt").toStdString();
    const auto written = ca::write_torchscript(*quantized, file);
    QVERIFY2(written, written ? "" : written.error().text().c_str());
    for (const std::int64_t count : {1, 3}) {
        const auto images = random_images(count, 3, 32, 32, 6);
        const auto expected = ca::run(quantized->program, images);
        QVERIFY(expected);
        const double found = relative_difference(interpret_net(file, images.values, {count, 3, 32, 32}), expected->values);
        QVERIFY2(found < 1e-3, qPrintable(QString::number(found)));
    }
}

QTEST_APPLESS_MAIN(TestNets)
#include "test_nets.moc"
