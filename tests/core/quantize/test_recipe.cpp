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
    void refuses_what_it_does_not_know_data();
    void refuses_what_it_does_not_know();
    void quantizes_every_layer_by_a_method();
    void leaves_first_and_last_float_with_a_reason();
    void drops_groups_that_do_not_divide_a_row();
    void names_the_known_methods_for_an_unknown_one();
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

void TestRecipe::quantizes_every_layer_by_a_method()
{
    const auto made = ca::make_recipe(model_, "static-int8", {});
    QCOMPARE(made->recipe.layers.size(), std::size_t{7});
    for (const auto &[name, scheme] : made->recipe.layers)
        QVERIFY(scheme == (ca::Scheme{ca::Format::int8, ca::Activation::static_int8, ca::Rounding::mse, 0, true}));
    const auto four = ca::make_recipe(model_, "int4-weight", {});
    QVERIFY(!four->recipe.layers.at("conv1").symmetric);
    QVERIFY(ca::make_recipe(model_, "fp32", {})->recipe.layers.empty());
}

void TestRecipe::leaves_first_and_last_float_with_a_reason()
{
    ca::MethodOptions options;
    options.first_and_last_float = true;
    const auto made = ca::make_recipe(model_, "int8-weight", options);
    QVERIFY(!made->recipe.layers.contains("conv1") && !made->recipe.layers.contains("fc"));
    QCOMPARE(made->left_float.size(), std::size_t{2});
    QVERIFY(!made->left_float[0].reason.empty());
}

void TestRecipe::drops_groups_that_do_not_divide_a_row()
{
    ca::MethodOptions options;
    options.group = 32;
    const auto made = ca::make_recipe(model_, "int4-weight", options);
    QCOMPARE(made->recipe.layers.at("conv1").group, 0);         // rows of 27
    QCOMPARE(made->recipe.layers.at("layer2.conv2").group, 32); // rows of 288
    QVERIFY(ca::check(made->recipe, model_));
}

void TestRecipe::names_the_known_methods_for_an_unknown_one()
{
    const auto made = ca::make_recipe(model_, "int12", {});
    QVERIFY(!made);
    QCOMPARE(made.error().code, ca::ErrorCode::usage);
    QVERIFY(made.error().sentence.find("static-int8") != std::string::npos);
}

void TestRecipe::checks_a_recipe_against_its_model()
{
    ca::Recipe recipe{"", {{"nowhere", {}}}};
    QVERIFY(!ca::check(recipe, model_));
    recipe.layers = {{"conv1", {ca::Format::int4, ca::Activation::none, ca::Rounding::mse, 32, true}}};
    const auto result = ca::check(recipe, model_);
    QVERIFY(!result);
    QVERIFY(result.error().sentence.find("27") != std::string::npos);
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
