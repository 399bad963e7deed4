// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/methods.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

#include <set>

/// What the methods of CLI.md make of a model.
class TestMethods final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void lists_the_methods_of_the_contract();
    void says_what_each_method_is_good_for();
    void gives_every_layer_the_scheme_of_the_contract_data();
    void gives_every_layer_the_scheme_of_the_contract();
    void rounds_by_mse_without_images_and_says_so();
    void names_convolutions_in_groups_that_llm_int8_leaves_to_floats();
    void takes_the_options_that_are_given();
    void leaves_first_and_last_float_with_a_reason();
    void drops_groups_that_do_not_divide_a_row_and_says_so();
    void keeps_inputs_of_other_kinds_float_and_says_so();
    void names_the_known_methods_for_an_unknown_one();

private:
    QTemporaryDir folder_;
    ca::Model model_;
};

void TestMethods::initTestCase()
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "cnn"), {}, {}, {});
    QVERIFY(model);
    model_ = *model;
}

void TestMethods::lists_the_methods_of_the_contract()
{
    std::set<std::string> known(ca::method_names().begin(), ca::method_names().end());
    for (const char *name : {"fp16", "bf16", "dynamic-int8", "static-int8", "llm-int8", "nf4", "fp4", "int8-weight",
                             "int4-weight", "int3-weight", "int2-weight", "w4a8", "fp32"})
        QCOMPARE(known.erase(name), std::size_t{1});
    QVERIFY(known.empty()); // mixed is no backend
    QVERIFY(!ca::find_backend("fp32"));
    QVERIFY(ca::make_recipe(model_, "fp32", {})->recipe.layers.empty());
}

void TestMethods::says_what_each_method_is_good_for()
{
    for (const ca::Backend &backend : ca::backends()) {
        QVERIFY(!backend.title.empty());
        QVERIFY(backend.summary.ends_with("."));
        QCOMPARE(ca::find_backend(backend.name), &backend);
    }
}

void TestMethods::gives_every_layer_the_scheme_of_the_contract_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<QString>("scheme"); // format, activation, rounding, symmetric
    const auto row = [](const char *method, const char *scheme) { QTest::newRow(method) << method << scheme; };
    row("fp16", "fp16 none nearest symmetric");
    row("bf16", "bf16 none nearest symmetric");
    row("dynamic-int8", "int8 dynamic mse symmetric");
    row("static-int8", "int8 static mse symmetric");
    row("llm-int8", "llm_int8 none nearest symmetric");
    row("nf4", "nf4 none nearest symmetric");
    row("fp4", "fp4 none nearest symmetric");
    row("int8-weight", "int8 none mse symmetric");
    row("int4-weight", "int4 none gptq asymmetric");
    row("int3-weight", "int3 none gptq asymmetric");
    row("int2-weight", "int2 none gptq asymmetric");
    row("w4a8", "int4 static gptq asymmetric");
}

void TestMethods::gives_every_layer_the_scheme_of_the_contract()
{
    QFETCH(QString, method);
    QFETCH(QString, scheme);
    const auto made = ca::make_recipe(model_, method.toStdString(), {});
    QVERIFY(made);
    QCOMPARE(made->recipe.layers.size(), std::size_t{7});
    for (const auto &[name, of_layer] : made->recipe.layers) {
        const std::string text = ca::to_text(of_layer.format) + " " + ca::to_text(of_layer.activation) + " "
            + ca::to_text(of_layer.rounding) + (of_layer.symmetric ? " symmetric" : " asymmetric");
        QCOMPARE(text, scheme.toStdString());
        QCOMPARE(of_layer.group, 0);
    }
    QVERIFY(made->left_float.empty());
    QVERIFY(made->notes.empty());
}

void TestMethods::rounds_by_mse_without_images_and_says_so()
{
    const auto made = ca::make_recipe(model_, "int3-weight", {.has_images = false});
    QVERIFY(made->recipe.layers.at("conv1").rounding == ca::Rounding::mse);
    QCOMPARE(made->notes.size(), std::size_t{1});
    QVERIFY(made->notes.front().find("gptq") != std::string::npos);
    const auto asked = ca::make_recipe(model_, "int3-weight", {.rounding = ca::Rounding::gptq, .has_images = false});
    QVERIFY(asked->recipe.layers.at("conv1").rounding == ca::Rounding::gptq); // which then says what it lacks
    QVERIFY(ca::make_recipe(model_, "int8-weight", {.has_images = false})->notes.empty());
}

void TestMethods::names_convolutions_in_groups_that_llm_int8_leaves_to_floats()
{
    const auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "depthwise"), {}, {}, {});
    QVERIFY(model);
    const auto made = ca::make_recipe(*model, "llm-int8", {});
    QVERIFY(made);
    QCOMPARE(made->notes.size(), std::size_t{1});
    for (const ca::Layer &layer : model->program.layers())
        QCOMPARE(made->notes.front().find(layer.name) != std::string::npos, layer.depthwise);
    QVERIFY(ca::make_recipe(*model, "int8-weight", {})->notes.empty());
}

void TestMethods::takes_the_options_that_are_given()
{
    const auto made = ca::make_recipe(model_, "static-int8",
                                      {.rounding = ca::Rounding::nearest,
                                       .symmetric = false,
                                       .ranges = ca::RangeMethod::entropy,
                                       .equalize = true,
                                       .smooth = true,
                                       .correct_biases = true});
    QVERIFY(made->recipe.layers.at("fc").rounding == ca::Rounding::nearest);
    QVERIFY(!made->recipe.layers.at("fc").symmetric);
    QVERIFY(made->recipe.options.ranges == ca::RangeMethod::entropy);
    QVERIFY(made->recipe.options.equalize && made->recipe.options.smooth && made->recipe.options.correct_biases);
    const auto quiet = ca::make_recipe(
        model_, "w4a8", {.ranges = ca::RangeMethod::minmax, .equalize = false, .smooth = false, .correct_biases = false});
    QVERIFY(quiet->recipe.options == ca::RecipeOptions{});
    QVERIFY(ca::make_recipe(model_, "dynamic-int8", {.per_token = true})->recipe.options.per_token);
    QCOMPARE(ca::make_recipe(model_, "llm-int8", {.threshold = 4})->recipe.options.threshold, 4.0);
    QVERIFY(!ca::make_recipe(model_, "nf4", {.double_quantization = false})->recipe.options.double_quantization);
    QVERIFY(ca::make_recipe(model_, "int4-weight", {.compute = ca::Format::bf16})->recipe.options.compute == ca::Format::bf16);
}

void TestMethods::leaves_first_and_last_float_with_a_reason()
{
    const auto made = ca::make_recipe(model_, "int8-weight", {.first_and_last_float = true});
    QVERIFY(!made->recipe.layers.contains("conv1") && !made->recipe.layers.contains("fc"));
    QCOMPARE(made->left_float.size(), std::size_t{2});
    QVERIFY(!made->left_float[0].reason.empty());
}

void TestMethods::drops_groups_that_do_not_divide_a_row_and_says_so()
{
    const auto made = ca::make_recipe(model_, "int4-weight", {.group = 32});
    QCOMPARE(made->recipe.layers.at("conv1").group, 0);         // rows of 27
    QCOMPARE(made->recipe.layers.at("layer2.conv2").group, 32); // rows of 288
    QVERIFY(ca::check(made->recipe, model_));
    QCOMPARE(made->notes.size(), std::size_t{1});
    QVERIFY(made->notes.front().find("Groups of 32") != std::string::npos);
}

void TestMethods::keeps_inputs_of_other_kinds_float_and_says_so()
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "transposed"), {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const auto made = ca::make_recipe(*model, "static-int8", {});
    QVERIFY(made->recipe.layers.at("up").activation == ca::Activation::none);
    QVERIFY(made->recipe.layers.at("conv").activation == ca::Activation::static_int8);
    QCOMPARE(made->notes.size(), std::size_t{1});
    QVERIFY(made->notes.front().find("1 layer has int8 weights and float inputs") != std::string::npos);
    QVERIFY(made->notes.front().find("float inputs") != std::string::npos);
}

void TestMethods::names_the_known_methods_for_an_unknown_one()
{
    const auto made = ca::make_recipe(model_, "int12", {});
    QVERIFY(!made);
    QCOMPARE(made.error().code, ca::ErrorCode::usage);
    QVERIFY(made.error().sentence.find("static-int8") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestMethods)
#include "test_methods.moc"
