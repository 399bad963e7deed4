// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/model_folder.h"
#include "tests/support/datasets.h"

#include <QTemporaryDir>
#include <QtTest>

class TestModelFolder final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void is_a_folder_with_a_config();
    void reads_the_configs();
    void prefers_whole_weights_and_safetensors();
    void lists_parts_by_name();
    void names_the_files_that_are_looked_for();
    void refuses_parts_outside_of_the_folder_data();
    void refuses_parts_outside_of_the_folder();
    void names_a_part_that_is_missing();
    void says_which_json_is_damaged();
};

namespace {

struct Place {
    QTemporaryDir place;
    [[nodiscard]] std::filesystem::path path() const { return place.path().toStdString(); }
    [[nodiscard]] bool add(const std::string &name, std::string_view content = "x") const
    {
        return write_bytes(path() / name, content);
    }
};

ca::Error error_of(const Place &place)
{
    const auto folder = ca::open_model_folder(place.path());
    return folder ? ca::Error{ca::ErrorCode::failed, "(it was accepted)", {}} : folder.error();
}

bool says(const ca::Error &error, std::string_view part)
{
    return error.sentence.find(part) != std::string::npos;
}

} // namespace

void TestModelFolder::is_a_folder_with_a_config()
{
    const Place place;
    QVERIFY(!ca::is_model_folder(place.path()));
    QVERIFY(place.add("config.json", "{}"));
    QVERIFY(ca::is_model_folder(place.path()));
    QVERIFY(!ca::is_model_folder(place.path() / "config.json"));
    QVERIFY(!ca::is_model_folder(place.path() / "none"));
}

void TestModelFolder::reads_the_configs()
{
    const Place place;
    QVERIFY(place.add("config.json", R"({"model_type":"vit","hidden_size":192})") && place.add("model.safetensors"));
    auto folder = ca::open_model_folder(place.path());
    QVERIFY(folder);
    QCOMPARE(folder->architecture, std::string("vit"));
    QCOMPARE(folder->config["hidden_size"].get<int>(), 192);
    QVERIFY(!folder->preprocessor);
    QVERIFY(place.add("preprocessor_config.json", R"({"size":224})") && place.add("config.json", R"({"architectures":["My"]})"));
    folder = ca::open_model_folder(place.path());
    QVERIFY(folder && folder->preprocessor);
    QCOMPARE((*folder->preprocessor)["size"].get<int>(), 224);
    QCOMPARE(folder->architecture, std::string("My"));
}

void TestModelFolder::prefers_whole_weights_and_safetensors()
{
    const Place place;
    const auto chosen = [&] { return ca::open_model_folder(place.path()).value().weights; };
    using Files = std::vector<std::filesystem::path>;
    QVERIFY(place.add("config.json", "{}") && place.add("part.bin"));
    QVERIFY(place.add("pytorch_model.bin.index.json", R"({"weight_map":{"a":"part.bin"}})"));
    QCOMPARE(chosen(), Files{place.path() / "part.bin"});
    QVERIFY(place.add("pytorch_model.bin"));
    QCOMPARE(chosen(), Files{place.path() / "pytorch_model.bin"});
    QVERIFY(place.add("part.safetensors"));
    QVERIFY(place.add("model.safetensors.index.json", R"({"weight_map":{"a":"part.safetensors"}})"));
    QCOMPARE(chosen(), Files{place.path() / "part.safetensors"});
    QVERIFY(place.add("model.safetensors"));
    QCOMPARE(chosen(), Files{place.path() / "model.safetensors"});
}

void TestModelFolder::lists_parts_by_name()
{
    const Place place;
    QVERIFY(place.add("config.json", "{}") && place.add("2.bin") && place.add("1.bin"));
    QVERIFY(place.add("pytorch_model.bin.index.json", R"({"weight_map":{"x":"2.bin","y":"1.bin","z":"2.bin"}})"));
    const auto folder = ca::open_model_folder(place.path());
    QVERIFY(folder);
    QCOMPARE(folder->weights, (std::vector{place.path() / "1.bin", place.path() / "2.bin"}));
    QCOMPARE(folder->shards, (std::map<std::string, std::size_t>{{"x", 1}, {"y", 0}, {"z", 1}}));
}

void TestModelFolder::names_the_files_that_are_looked_for()
{
    const Place place;
    QVERIFY(place.add("config.json", "{}"));
    const ca::Error error = error_of(place);
    QVERIFY(error.code == ca::ErrorCode::bad_format);
    for (const char *name : {"model.safetensors", "pytorch_model.bin", "model.safetensors.index.json"})
        QVERIFY(says(error, name));
    const auto missing = ca::open_model_folder(place.path() / "none");
    QVERIFY(!missing && missing.error().code == ca::ErrorCode::not_found);
}

void TestModelFolder::refuses_parts_outside_of_the_folder_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("parent") << QByteArray(R"("../secret.bin")");
    QTest::newRow("two dots") << QByteArray(R"("..")");
    QTest::newRow("root") << QByteArray(R"("/etc/passwd")");
    QTest::newRow("subfolder") << QByteArray(R"("sub/part.bin")");
    QTest::newRow("backslash") << QByteArray(R"("..\\part.bin")");
    QTest::newRow("drive") << QByteArray(R"("C:part.bin")");
    QTest::newRow("zero byte") << QByteArray(R"("part.bin\u0000")");
    QTest::newRow("empty") << QByteArray(R"("")");
    QTest::newRow("number") << QByteArray("1");
}

void TestModelFolder::refuses_parts_outside_of_the_folder()
{
    QFETCH(QByteArray, value);
    const Place place;
    QVERIFY(place.add("config.json", "{}") && place.add("part.bin"));
    QVERIFY(place.add("pytorch_model.bin.index.json", R"({"weight_map":{"a":"part.bin","b":)" + value.toStdString() + "}}"));
    const ca::Error error = error_of(place);
    QVERIFY(error.code == ca::ErrorCode::bad_format);
    QVERIFY2(says(error, "is no file of its folder"), error.sentence.c_str());
}

void TestModelFolder::names_a_part_that_is_missing()
{
    const Place place;
    QVERIFY(place.add("config.json", "{}") && place.add("1.bin"));
    QVERIFY(place.add("pytorch_model.bin.index.json", R"({"weight_map":{"x":"1.bin","y":"2.bin"}})"));
    QVERIFY(says(error_of(place), "lacks 2.bin"));
}

void TestModelFolder::says_which_json_is_damaged()
{
    const Place place;
    QVERIFY(place.add("config.json", "{") && place.add("model.safetensors"));
    QVERIFY(says(error_of(place), "config.json is not valid JSON"));
    QVERIFY(place.add("config.json", "[]"));
    QVERIFY(says(error_of(place), "config.json holds no JSON object"));
    QVERIFY(place.add("config.json", "{}") && place.add("preprocessor_config.json", "{"));
    QVERIFY(says(error_of(place), "preprocessor_config.json is not valid JSON"));
    std::filesystem::remove(place.path() / "model.safetensors");
    std::filesystem::remove(place.path() / "preprocessor_config.json");
    QVERIFY(place.add("model.safetensors.index.json", R"({"weight_map":{}})"));
    QVERIFY(says(error_of(place), "lists no weights"));
}

QTEST_APPLESS_MAIN(TestModelFolder)
#include "test_model_folder.moc"
