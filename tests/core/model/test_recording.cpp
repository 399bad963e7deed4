// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model.h"
#include "tests/support/models.h"
#include "tests/support/scripted_nets_torch.h"
#include "tests/support/shared_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <nlohmann/json.hpp>

#include <fstream>
#include <thread>

/// Programs against the TorchScript interpreter, which shares no code with them.
class TestRecording final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equals_the_interpreter_at_other_batch_sizes_data();
    void equals_the_interpreter_at_other_batch_sizes();
    void fused_kernels_keep_the_result_data() { equals_the_interpreter_at_other_batch_sizes_data(); }
    void fused_kernels_keep_the_result();
    void bfloat16_stays_close_data() { equals_the_interpreter_at_other_batch_sizes_data(); }
    void bfloat16_stays_close();
    void finds_the_input_of_a_digit_net();
    void names_layers_after_their_weights();
    void counts_a_shared_weight_once();
    void turns_products_into_linear_layers();
    void falls_back_to_the_interpreter_and_says_why_data();
    void falls_back_to_the_interpreter_and_says_why();
    void takes_the_logits_of_a_dictionary();
    void leaves_the_images_unchanged();
    void gives_the_same_bits_from_several_threads();
    void stops_between_steps();
    void times_each_step();
    void knows_its_peak_memory();
    void refuses_what_takes_no_images_data();
    void refuses_what_takes_no_images();
    void equals_the_interpreter_on_the_shared_models_data();
    void equals_the_interpreter_on_the_shared_models();

private:
    ca::Model load(const std::string &kind)
    {
        auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), kind), {}, {}, {});
        if (!model)
            qFatal("%s", model.error().text().c_str());
        return *model;
    }
    std::vector<float> interpret(const ca::Model &model, const ca::ImageBatch &images)
    {
        return interpret_net(model.file, images.values, {images.count, images.channels, images.height, images.width});
    }
    static ca::ImageBatch images_for(const ca::Model &model, std::int64_t count, unsigned seed = 1)
    {
        return random_images(count, model.input.channels, model.input.height, model.input.width, seed);
    }

    QTemporaryDir folder_;
};

void TestRecording::equals_the_interpreter_at_other_batch_sizes_data()
{
    QTest::addColumn<QString>("kind");
    for (const auto &kind : recordable_nets())
        QTest::newRow(kind.c_str()) << QString::fromStdString(kind);
}

void TestRecording::equals_the_interpreter_at_other_batch_sizes()
{
    QFETCH(QString, kind);
    const ca::Model model = load(kind.toStdString());
    QVERIFY(model.program.is_recorded());
    QVERIFY(!model.program.layers().empty());
    for (const std::int64_t count : {1, 4, 5}) {
        const auto images = images_for(model, count, static_cast<unsigned>(count));
        const auto output = ca::run(model.program, images);
        QVERIFY(output);
        QCOMPARE(output->rows, count);
        QCOMPARE(output->columns, 10);
        QVERIFY(relative_difference(output->values, interpret(model, images)) < 1e-5);
    }
}

void TestRecording::fused_kernels_keep_the_result()
{
    QFETCH(QString, kind);
    const ca::Model model = load(kind.toStdString());
    const auto fused = ca::fuse(model.program);
    QVERIFY(fused);
    QVERIFY(fused->steps().size() <= model.program.steps().size());
    for (const std::int64_t count : {1, 5}) {
        const auto images = images_for(model, count, 9);
        const auto output = ca::run(*fused, images);
        QVERIFY(output);
        QVERIFY(relative_difference(output->values, interpret(model, images)) < 1e-4);
    }
}

void TestRecording::bfloat16_stays_close()
{
    QFETCH(QString, kind);
    const ca::Model model = load(kind.toStdString());
    const auto rounded = ca::fuse_bf16(model.program);
    QVERIFY(rounded);
    const auto images = images_for(model, 3);
    const auto output = ca::run(*rounded, images);
    QVERIFY(output);
    const double difference = relative_difference(output->values, interpret(model, images));
    QVERIFY(difference < 0.05);
    QVERIFY(difference > 1e-6); // it does compute in another type
}

void TestRecording::finds_the_input_of_a_digit_net()
{
    QCOMPARE(load("digits").input, (ca::InputSpec{1, 28, 28, 10}));
    QCOMPARE(load("cnn").input, (ca::InputSpec{3, 32, 32, 10}));
}

void TestRecording::names_layers_after_their_weights()
{
    const ca::Model model = load("cnn");
    std::vector<std::string> names;
    for (const auto &layer : model.program.layers())
        names.push_back(layer.index.id() + " " + layer.name + " " + ca::to_text(layer.kind));
    QCOMPARE(names,
             (std::vector<std::string>{"L001 conv1 conv2d", "L002 layer1.conv1 conv2d", "L003 layer1.conv2 conv2d",
                                       "L004 layer2.conv1 conv2d", "L005 layer2.conv2 conv2d", "L006 layer2.down conv2d",
                                       "L007 fc linear"}));
    QCOMPARE(model.program.layers()[6].shape, (std::vector<std::int64_t>{10, 32}));
    QCOMPARE(model.program.layers()[6].parameters(), 330);
    QVERIFY(load("depthwise").program.layers()[2].depthwise);
}

void TestRecording::counts_a_shared_weight_once()
{
    const ca::Model model = load("shared");
    QCOMPARE(model.program.layers().size(), std::size_t{3});
    QCOMPARE(model.program.layers()[1].name, std::string("conv"));
    QCOMPARE(model.program.layers()[1].uses, 2);
}

void TestRecording::turns_products_into_linear_layers()
{
    const auto model = load("loop"); // matmul in a loop, addmm at the end; weights stored [in, out] there
    const auto &layers = model.program.layers();
    QCOMPARE(layers.size(), std::size_t{3});
    QCOMPARE(layers[1].name, std::string("mix"));
    QCOMPARE(layers[1].uses, 3);
    QCOMPARE(layers[2].name, std::string("fc"));
    QCOMPARE(layers[2].shape, (std::vector<std::int64_t>{10, 8}));
}

void TestRecording::falls_back_to_the_interpreter_and_says_why_data()
{
    QTest::addColumn<QString>("kind");
    for (const char *kind : {"content", "batch_if", "counting"})
        QTest::newRow(kind) << kind;
}

void TestRecording::falls_back_to_the_interpreter_and_says_why()
{
    QFETCH(QString, kind);
    const ca::Model model = load(kind.toStdString());
    QVERIFY(!model.program.is_recorded());
    QCOMPARE(model.notes.size(), std::size_t{1});
    QVERIFY(model.notes[0].find("interpreter") != std::string::npos);
    QVERIFY(model.notes[0].find("decides") != std::string::npos);
    for (const unsigned seed : {1U, 2U, 3U, 4U}) { // both branches
        const auto images = images_for(model, seed * 4, seed);
        const auto output = ca::run(model.program, images);
        QVERIFY(output);
        QVERIFY(relative_difference(output->values, interpret(model, images)) < 1e-6);
    }
}

void TestRecording::takes_the_logits_of_a_dictionary()
{
    const ca::Model model = load("dictionary"); // features have 8 columns
    QCOMPARE(model.input.outputs, 10);
    const auto images = images_for(model, 2);
    QVERIFY(relative_difference(ca::run(model.plain, images)->values, interpret(model, images)) < 1e-6);
}

void TestRecording::leaves_the_images_unchanged()
{
    for (const char *kind : {"mutating", "normalising"}) {
        const ca::Model model = load(kind);
        const auto images = images_for(model, 2);
        auto given = images;
        QVERIFY(ca::run(model.program, given) && ca::run(model.plain, given));
        QCOMPARE(given.values, images.values);
    }
}

void TestRecording::gives_the_same_bits_from_several_threads()
{
    const ca::Model model = load("cnn");
    const auto fused = ca::fuse(model.program);
    const auto images = images_for(model, 4);
    const auto alone = ca::run(*fused, images);
    QVERIFY(alone);
    std::vector<ca::Matrix> results(6);
    {
        std::vector<std::jthread> threads;
        for (auto &result : results)
            threads.emplace_back([&] { result = ca::run(*fused, images).value_or(ca::Matrix{}); });
    }
    for (const auto &result : results)
        QCOMPARE(result.values, alone->values);
}

void TestRecording::stops_between_steps()
{
    const ca::Model model = load("cnn");
    std::stop_source source;
    source.request_stop();
    const auto output = ca::run(model.program, images_for(model, 1), source.get_token());
    QVERIFY(!output);
    QCOMPARE(output.error().code, ca::ErrorCode::cancelled);
}

void TestRecording::times_each_step()
{
    const ca::Model model = load("cnn");
    const auto times = ca::profile(model.program, images_for(model, 2), 3, 1);
    QVERIFY(times);
    QCOMPARE(times->size(), model.program.steps().size());
    for (const double time : *times)
        QVERIFY(time >= 0);
}

void TestRecording::knows_its_peak_memory()
{
    const ca::Model model = load("cnn");
    const auto one = ca::peak_values(model.program, images_for(model, 1)),
               four = ca::peak_values(model.program, images_for(model, 4));
    QVERIFY(one && four);
    // The stem's result and its ReLU, 16 x 32 x 32 floats each, live at once; the image itself is the caller's and counts as
    // well.
    QVERIFY(one->value >= 2 * 16 * 32 * 32 * 4);
    QVERIFY(one->value <= 2 * 16 * 32 * 32 * 4 + 3 * 32 * 32 * 4 + 4096);
    QCOMPARE(four->value, 4 * one->value);
}

void TestRecording::refuses_what_takes_no_images_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("words");
    QTest::newRow("a table of features") << "vector_input"
                                         << "batch of images";
    QTest::newRow("token numbers") << "text_input"
                                   << "batch of images";
    QTest::newRow("gives pictures") << "image_output"
                                    << "no table with one row of numbers for each image";
}

void TestRecording::refuses_what_takes_no_images()
{
    QFETCH(QString, kind);
    QFETCH(QString, words);
    const auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), kind.toStdString()), {}, {}, {});
    QVERIFY(!model);
    QCOMPARE(model.error().code, ca::ErrorCode::unsupported);
    QVERIFY2(model.error().text().find(words.toStdString()) != std::string::npos, model.error().text().c_str());
}

void TestRecording::equals_the_interpreter_on_the_shared_models_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("key");
    QTest::addColumn<int>("layers");
    QTest::newRow("ResNet-18") << "models/resnet18_cifar10.traced.pt"
                               << "resnet18_cifar10" << 21;
    QTest::newRow("MobileNetV2") << "models/mobilenet_v2_cifar10.traced.pt"
                                 << "mobilenet_v2_cifar10" << 53;
    QTest::newRow("ViT") << "models/vit_cifar10.scripted.pt"
                         << "vit_cifar10" << 30;
    QTest::newRow("CLIP") << "models/clip_tiny_pictogram10.traced.pt"
                          << "clip_tiny_pictogram10" << 52; // with the table of positions
}

void TestRecording::equals_the_interpreter_on_the_shared_models()
{
    QFETCH(QString, file);
    QFETCH(QString, key);
    QFETCH(int, layers);
    const auto path = shared_file(file.toStdString());
    const auto expected_file = shared_file("models/expected.json");
    if (!path || !expected_file)
        QSKIP("The shared models are not beside this checkout.");
    const auto model = ca::load_model(*path, {}, {}, {});
    QVERIFY(model);
    QVERIFY(model->program.is_recorded());
    QCOMPARE(static_cast<int>(model->program.layers().size()), layers);
    std::ifstream stream(*expected_file);
    const auto expected = nlohmann::json::parse(stream)["models"][key.toStdString()];
    QCOMPARE(model->parameters, expected["parameters"].get<std::int64_t>());
    for (const std::int64_t count : {1, 5}) {
        const auto images = images_for(*model, count);
        const auto output = ca::run(model->program, images);
        QVERIFY(output);
        QVERIFY(relative_difference(output->values, interpret(*model, images)) < 1e-5);
    }
}

QTEST_APPLESS_MAIN(TestRecording)
#include "test_recording.moc"
