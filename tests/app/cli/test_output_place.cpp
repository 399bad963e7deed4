// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/output_place.h"
#include "tests/support/datasets.h"

#include <QTemporaryDir>
#include <QtTest>

namespace fs = std::filesystem;

class TestOutputPlace final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void an_output_is_none_of_the_inputs_data();
    void an_output_is_none_of_the_inputs();
    void links_hide_nothing();

private:
    fs::path in(const char *name) const { return fs::path(folder_.path().toStdString()) / name; }

    QTemporaryDir folder_;
};

void TestOutputPlace::initTestCase()
{
    fs::create_directories(in("clip/tokenizer"));
    for (const char *name : {"net.pt", "recipe.json", "clip/model.safetensors", "clip/tokenizer/vocab.json", "old.safetensors"})
        QVERIFY(write_bytes(in(name), "x"));
}

void TestOutputPlace::an_output_is_none_of_the_inputs_data()
{
    QTest::addColumn<QByteArray>("output");
    QTest::addColumn<bool>("fine");
    QTest::newRow("the model") << QByteArray("net.pt") << false;
    QTest::newRow("the model by another path") << QByteArray("clip/../net.pt") << false;
    QTest::newRow("the recipe") << QByteArray("recipe.json") << false;
    QTest::newRow("a file of the model's folder") << QByteArray("clip/model.safetensors") << false;
    QTest::newRow("a file below that folder") << QByteArray("clip/tokenizer/vocab.json") << false;
    QTest::newRow("a new file in that folder") << QByteArray("clip/quantized.safetensors") << true;
    QTest::newRow("what an earlier run wrote") << QByteArray("old.safetensors") << true;
    QTest::newRow("a new file") << QByteArray("new.safetensors") << true;
}

void TestOutputPlace::an_output_is_none_of_the_inputs()
{
    QFETCH(QByteArray, output);
    QFETCH(bool, fine);
    const auto checked = ca::check_not_input(in(output.constData()), {in("net.pt"), in("recipe.json"), in("clip"), {}});
    QCOMPARE(checked.has_value(), fine);
    if (!fine)
        QCOMPARE(checked.error().code, ca::ErrorCode::unwritable);
}

void TestOutputPlace::links_hide_nothing()
{
    fs::create_symlink(in("net.pt"), in("link.pt"));
    fs::create_directory_symlink(in("clip"), in("link"));
    QVERIFY(!ca::check_not_input(in("link.pt"), {in("net.pt")}));
    QVERIFY(!ca::check_not_input(in("link/model.safetensors"), {in("clip")}));
    QVERIFY(!ca::check_not_input(in("clip/model.safetensors"), {in("link")}));
    QVERIFY(!ca::check_not_input(in("link/model.safetensors"), {in("clip/model.safetensors")}));
    // A folder of links, as downloads of Hugging Face are kept: the link itself would be replaced.
    fs::create_directory(in("snapshot"));
    fs::create_symlink(in("net.pt"), in("snapshot/model.safetensors"));
    QVERIFY(!ca::check_not_input(in("snapshot/model.safetensors"), {in("snapshot")}));
}

QTEST_APPLESS_MAIN(TestOutputPlace)
#include "test_output_place.moc"
