// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/methods.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

class TestRecipe final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void writes_the_form_of_the_contract();
    void reads_back_what_it_wrote();
    void hashes_the_content_not_the_order();
    void writes_only_options_that_differ();
    void fills_in_the_defaults_of_the_contract();
    void knows_what_needs_images();
    void refuses_what_it_does_not_know_data();
    void refuses_what_it_does_not_know();
    void checks_a_recipe_against_its_model();
    void describes_recipes_in_a_few_words();

private:
    QTemporaryDir folder_;
    ca::Model model_;
};

void TestRecipe::initTestCase()
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "cnn"), {}, {}, {});
    QVERIFY(model);
    model_ = *model;
}

void TestRecipe::writes_the_form_of_the_contract()
{
    ca::Recipe recipe{"abc", {{"conv1", {ca::Format::int4, ca::Activation::static_int8, ca::Rounding::nearest, 64, false}}}};
    QCOMPARE(
        ca::canonical(ca::to_json(recipe)),
        std::string(
            R"({"layers":{"conv1":{"activation":"static","format":"int4","group":64,"rounding":"nearest","symmetric":false}},"model":"abc","options":{},"version":1})"));
}

void TestRecipe::reads_back_what_it_wrote()
{
    for (const auto &method : ca::method_names()) {
        const auto made = ca::make_recipe(model_, method, {});
        QVERIFY(made);
        const auto back = ca::recipe_from_json(ca::to_json(made->recipe));
        QVERIFY(back);
        QVERIFY(*back == made->recipe);
    }
}

void TestRecipe::hashes_the_content_not_the_order()
{
    const auto a = ca::recipe_from_json(
        ca::Json::parse(R"({"version":1,"model":"m","layers":{"x":{"format":"int8"},"y":{"format":"int4"}},"options":{}})"));
    const auto b = ca::recipe_from_json(ca::Json::parse(
        R"({"options":{},"layers":{"y":{"format":"int4","symmetric":false},"x":{"format":"int8"}},"model":"m","version":1})"));
    QVERIFY(a && b);
    QCOMPARE(ca::hash(*a), ca::hash(*b)); // asymmetric is the default at 4 bits
    QCOMPARE(ca::hash(*a).size(), std::size_t{64});
}

void TestRecipe::writes_only_options_that_differ()
{
    ca::Recipe recipe{"abc", {}};
    recipe.options = {ca::RangeMethod::entropy, true, true, true, {{"fc", 0.5}}, true, 3.5, false, ca::Format::bf16};
    QCOMPARE(
        ca::canonical(ca::to_json(recipe)["options"]),
        std::string(
            R"({"compute":"bf16","correct_biases":true,"double_quantization":false,"equalize":true,"per_token":true,"ranges":"entropy","smooth":true,"strengths":{"fc":0.5},"threshold":3.5})"));
    const auto back = ca::recipe_from_json(ca::to_json(recipe));
    QVERIFY(back);
    QVERIFY(*back == recipe);
    QVERIFY(ca::hash(*back) != ca::hash({"abc", {}, {}}));
}

void TestRecipe::fills_in_the_defaults_of_the_contract()
{
    const auto read = ca::recipe_from_json(ca::Json::parse(
        R"({"version":1,"layers":{"a":{"format":"int8"},"b":{"format":"int4"},"c":{"format":"nf4"},"d":{"format":"int5"}}})"));
    QVERIFY(read);
    const auto &layers = read->layers;
    QVERIFY(layers.at("a") == (ca::Scheme{ca::Format::int8, ca::Activation::none, ca::Rounding::mse, 0, true}));
    QVERIFY(layers.at("b") == (ca::Scheme{ca::Format::int4, ca::Activation::none, ca::Rounding::gptq, 0, false}));
    QVERIFY(layers.at("c") == (ca::Scheme{ca::Format::nf4, ca::Activation::none, ca::Rounding::nearest, 0, true}));
    QVERIFY(layers.at("d") == (ca::Scheme{ca::Format::int5, ca::Activation::none, ca::Rounding::gptq, 0, true}));
}

void TestRecipe::knows_what_needs_images()
{
    const auto with = [](ca::Scheme scheme, ca::RecipeOptions options = {}) {
        return ca::needs_images({"", {{"conv1", scheme}}, options});
    };
    ca::RecipeOptions biases, smooth, equalize;
    biases.correct_biases = smooth.smooth = equalize.equalize = true;
    QVERIFY(!with({ca::Format::int4, ca::Activation::none, ca::Rounding::mse}));
    QVERIFY(with({ca::Format::int4, ca::Activation::none, ca::Rounding::gptq}));
    QVERIFY(with({ca::Format::int4, ca::Activation::none, ca::Rounding::adaround}));
    QVERIFY(with({ca::Format::int8, ca::Activation::static_int8, ca::Rounding::mse}));
    QVERIFY(!with({ca::Format::int8, ca::Activation::dynamic_int8, ca::Rounding::mse}));
    QVERIFY(!with({ca::Format::nf4, ca::Activation::none, ca::Rounding::nearest}));
    QVERIFY(with({ca::Format::int8}, biases));
    QVERIFY(with({ca::Format::int8}, smooth));
    QVERIFY(with({ca::Format::int8}, equalize));
}

void TestRecipe::refuses_what_it_does_not_know_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("words");
    QTest::newRow("no layers") << R"({"version":1})"
                               << "layers";
    QTest::newRow("another version") << R"({"version":2,"layers":{}})"
                                     << "version 1";
    QTest::newRow("an unknown format") << R"({"version":1,"layers":{"x":{"format":"int9"}}})"
                                       << "int8, int7";
    QTest::newRow("an unknown key") << R"({"version":1,"layers":{"x":{"format":"int8","bits":8}}})"
                                    << "bits";
    QTest::newRow("an unknown activation") << R"({"version":1,"layers":{"x":{"format":"int8","activation":"float"}}})"
                                           << "none, dynamic and static";
    QTest::newRow("a group of 7") << R"({"version":1,"layers":{"x":{"format":"int8","group":7}}})"
                                  << "32, 64, 128";
    QTest::newRow("a number for a truth") << R"({"version":1,"layers":{"x":{"format":"int8","symmetric":1}}})"
                                          << "symmetric";
    const auto option = [](const char *name, const char *json, const char *words) {
        QTest::newRow(name) << QStringLiteral(R"({"version":1,"layers":{},"options":%1})").arg(json) << words;
    };
    option("an unknown option", R"({"colour":1})", "colour");
    option("options that are none", R"([1])", "no object");
    option("an unknown range", R"({"ranges":"all"})", "minmax, percentile");
    option("a threshold below zero", R"({"threshold":-1})", "0 to 65504");
    option("a threshold in words", R"({"threshold":"six"})", "0 to 65504");
    option("a strength above one", R"({"strengths":{"fc":1.5}})", "0 to 1");
    option("strengths in a list", R"({"strengths":[0.5]})", "0 to 1");
    option("a flag in words", R"({"smooth":"yes"})", "true or false");
    option("arithmetic in int8", R"({"compute":"int8"})", "fp32 or bf16");
    const auto layer = [](const char *name, const char *json, const char *words) {
        QTest::newRow(name) << QStringLiteral(R"({"version":1,"layers":{"x":%1}})").arg(json) << words;
    };
    layer("a number for a format", R"({"format":8})", "int8, int7");
    layer("nothing for a format", R"({"format":null})", "int8, int7");
    layer("a list for an activation", R"({"format":"int8","activation":["static"]})", "none, dynamic and static");
    layer("a number for a rounding", R"({"format":"int4","rounding":4})", "nearest, mse, gptq");
    layer("a truth for a group", R"({"format":"int4","group":true})", "32, 64, 128");
    layer("a fraction for a group", R"({"format":"int4","group":32.5})", "32, 64, 128");
    layer("a list for a layer", R"(["int8"])", "no object");
    option("a number for ranges", R"({"ranges":1})", "minmax, percentile");
    option("a truth for arithmetic", R"({"compute":true})", "fp32 or bf16");
    option("a number for a flag", R"({"equalize":1})", "true or false");
    QTest::newRow("a list") << R"([1,2])"
                            << "layers";
}

void TestRecipe::refuses_what_it_does_not_know()
{
    QFETCH(QString, text);
    QFETCH(QString, words);
    const auto recipe = ca::recipe_from_json(ca::Json::parse(text.toStdString()));
    QVERIFY(!recipe);
    QCOMPARE(recipe.error().code, ca::ErrorCode::usage);
    QVERIFY2(recipe.error().sentence.find(words.toStdString()) != std::string::npos, recipe.error().sentence.c_str());
}

void TestRecipe::checks_a_recipe_against_its_model()
{
    ca::Recipe recipe{"", {{"nowhere", {}}}};
    QVERIFY(!ca::check(recipe, model_));
    recipe.layers = {{"conv1", {ca::Format::int4, ca::Activation::none, ca::Rounding::mse, 32, true}}};
    const auto result = ca::check(recipe, model_);
    QVERIFY(!result);
    QVERIFY(result.error().sentence.find("27") != std::string::npos);
    recipe.layers = {{"conv1", {ca::Format::nf4, ca::Activation::static_int8, ca::Rounding::nearest, 0, true}}};
    const auto mixture = ca::check(recipe, model_);
    QVERIFY(!mixture);
    QVERIFY(mixture.error().sentence.find("int8 to int2") != std::string::npos);
}

void TestRecipe::describes_recipes_in_a_few_words()
{
    QCOMPARE(ca::describe({}, model_), std::string("float"));
    QCOMPARE(ca::describe(ca::make_recipe(model_, "static-int8", {})->recipe, model_), std::string("int8"));
    QCOMPARE(ca::describe(ca::make_recipe(model_, "int4-weight", {})->recipe, model_), std::string("int4 weights"));
    ca::MethodOptions options;
    options.first_and_last_float = true;
    QCOMPARE(ca::describe(ca::make_recipe(model_, "static-int8", options)->recipe, model_), std::string("int8, 2 layers float"));
}

QTEST_APPLESS_MAIN(TestRecipe)
#include "test_recipe.moc"
