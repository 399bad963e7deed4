// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/safetensors.h"
#include "core/files/weight_file.h"
#include "tests/corpus/float_bytes.h"
#include "tests/corpus/pickle_bytes.h"
#include "tests/corpus/zip_bytes.h"
#include "tests/support/datasets.h"
#include "tests/support/shared_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <map>
#include <thread>

using Floats = std::vector<float>;

class TestWeightFile final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_safetensors();
    void reads_a_state_dict();
    void reads_a_state_dict_of_the_older_form();
    void reads_the_parameters_of_a_torchscript_file();
    void reads_a_folder_of_one_file();
    void reads_the_parts_of_a_folder();
    void finds_tensors_by_name();
    void tells_buffers_by_name();
    void is_read_by_several_threads();
    void names_the_file_that_cannot_be_read();
    void refuses_two_tensors_of_one_name();
    void refuses_a_view_that_repeats_its_numbers_to_terabytes();
    void names_tensors_of_a_torchscript_dictionary_by_whole_numbers();
    void says_which_part_lacks_what_the_index_promises();
    void reads_the_same_weights_from_both_shared_vision_transformers();
};

namespace {

struct Place {
    QTemporaryDir place;
    [[nodiscard]] std::filesystem::path path() const { return place.path().toStdString(); }
    /// The path of a new file with these bytes.
    [[nodiscard]] std::filesystem::path file(const std::string &name, const std::string &bytes) const
    {
        return write_bytes(path() / name, bytes) ? path() / name : std::filesystem::path();
    }
};

/// One float tensor of counting numbers for each name and count.
[[nodiscard]] bool write_safe(const std::filesystem::path &file, const std::map<std::string, int> &counts, int first = 0)
{
    std::vector<std::string> contents;
    std::vector<ca::SafeTensorView> tensors;
    for (const auto &[name, count] : counts)
        contents.push_back(counting(count, first));
    for (const auto &[name, count] : counts)
        tensors.push_back({name, ca::SafeDtype::f32, {count}, std::as_bytes(std::span(contents[tensors.size()]))});
    return ca::write_safetensors(file, tensors, {}).has_value();
}

/// Empty where there is none.
Floats values(const ca::Result<ca::WeightFile> &weights, std::string_view name)
{
    if (!weights || !weights->find(name))
        return {};
    const auto content = weights->read(*weights->find(name));
    return content ? floats(*content) : Floats();
}

std::string sentence(const std::filesystem::path &path)
{
    const auto weights = ca::WeightFile::open(path);
    return weights ? std::string() : weights.error().text();
}

std::string pth(const pickle::Entries &entries)
{
    return zip_bytes(
        {{"m/data.pkl", pickle::whole(pickle::dict(entries))}, {"m/data/0", counting(6)}, {"m/data/1", counting(6, 10)}});
}

bool contains(const std::string &text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

void TestWeightFile::reads_safetensors()
{
    const Place place;
    QVERIFY(write_safe(place.path() / "m.safetensors", {{"a", 3}, {"b", 2}}, 7));
    const auto weights = ca::WeightFile::open(place.path() / "m.safetensors");
    QVERIFY(weights);
    QCOMPARE(weights->tensors().size(), 2U);
    QCOMPARE(weights->tensors()[0], (ca::FileTensor{"a", {3}, "float32", ca::bytes(12), false}));
    QCOMPARE(values(weights, "a"), (Floats{7, 8, 9}));
    QCOMPARE(values(weights, "b"), (Floats{7, 8}));
}

void TestWeightFile::reads_a_state_dict()
{
    const Place place;
    const auto weights = ca::WeightFile::open(
        place.file("pytorch_model.bin", pth({{"plain", pickle::tensor("1", {2, 3}, 6)}, {"turned", transposed_tensor("0")}})));
    QVERIFY2(weights, weights ? "" : weights.error().sentence.c_str());
    QCOMPARE(values(weights, "plain"), (Floats{10, 11, 12, 13, 14, 15}));
    QCOMPARE(values(weights, "turned"), (Floats{1, 4, 2, 5})); // row after row
}

void TestWeightFile::reads_a_state_dict_of_the_older_form()
{
    const Place place;
    const std::string pickled = pickle::dict({{"a", pickle::tensor("5", {3}, 3)}, {"turned", transposed_tensor("6")}});
    const auto weights =
        ca::WeightFile::open(place.file("m.pth", legacy_torch_bytes(pickled, {{"6", counting(6)}, {"5", counting(3, 20)}})));
    QVERIFY2(weights, weights ? "" : weights.error().sentence.c_str());
    QCOMPARE(values(weights, "a"), (Floats{20, 21, 22}));
    QCOMPARE(values(weights, "turned"), (Floats{1, 4, 2, 5}));
}

void TestWeightFile::reads_the_parameters_of_a_torchscript_file()
{
    const std::string inner =
        pickle::object("__torch__", "Inner", {{"weight", transposed_tensor("0")}, {"running_mean", pickle::tensor("1", {2}, 6)}});
    const Place place;
    const auto weights = ca::WeightFile::open(place.file(
        "m.pt",
        zip_bytes({{"m/data.pkl", pickle::whole(pickle::object("__torch__", "N", {{"training", "\x89"}, {"block", inner}}))},
                   {"m/code/__torch__.py", "import os; no code is looked at"},
                   {"m/data/0", counting(6)},
                   {"m/data/1", counting(6, 10)},
                   {"m/constants.pkl", pickle::whole("(" + pickle::tensor("0", {2}, 2) + "t")},
                   {"m/constants/0", counting(2, 30)}})));
    QVERIFY2(weights, weights ? "" : weights.error().sentence.c_str());
    QCOMPARE(weights->tensors().size(), 3U);
    QCOMPARE(values(weights, "block.weight"), (Floats{1, 4, 2, 5}));
    QCOMPARE(values(weights, "block.running_mean"), (Floats{10, 11}));
    QCOMPARE(values(weights, "CONSTANTS.c0"), (Floats{30, 31}));
}

void TestWeightFile::reads_a_folder_of_one_file()
{
    const Place place;
    QVERIFY(write_bytes(place.path() / "config.json", "{}"));
    QVERIFY(write_bytes(place.path() / "pytorch_model.bin", pth({{"a", pickle::tensor("1", {2}, 6)}})));
    QCOMPARE(values(ca::WeightFile::open(place.path()), "a"), (Floats{10, 11}));
    QVERIFY(write_safe(place.path() / "model.safetensors", {{"a", 2}}, 50)); // comes before the other
    QCOMPARE(values(ca::WeightFile::open(place.path()), "a"), (Floats{50, 51}));
}

void TestWeightFile::reads_the_parts_of_a_folder()
{
    const Place place;
    QVERIFY(write_bytes(place.path() / "config.json", "{}"));
    QVERIFY(write_safe(place.path() / "model-1.safetensors", {{"a", 2}}));
    QVERIFY(write_safe(place.path() / "model-2.safetensors", {{"b", 2}, {"c", 3}}, 5));
    QVERIFY(write_bytes(place.path() / "model.safetensors.index.json",
                        R"({"metadata":{"total_size":28},"weight_map":{"c":"model-2.safetensors","b":"model-2.safetensors",)"
                        R"("a":"model-1.safetensors"}})"));
    const auto weights = ca::WeightFile::open(place.path());
    QVERIFY2(weights, weights ? "" : weights.error().sentence.c_str());
    QCOMPARE(weights->tensors().size(), 3U);
    QCOMPARE(values(weights, "a"), (Floats{0, 1}));
    QCOMPARE(values(weights, "b"), (Floats{5, 6}));
    QCOMPARE(values(weights, "c"), (Floats{5, 6, 7}));
}

void TestWeightFile::finds_tensors_by_name()
{
    const Place place;
    QVERIFY(write_safe(place.path() / "m.safetensors", {{"a.weight", 1}, {"b", 1}}));
    const auto weights = ca::WeightFile::open(place.path() / "m.safetensors");
    QVERIFY(weights);
    QCOMPARE(weights->find("a.weight"), std::optional<std::size_t>(0));
    QCOMPARE(weights->find("b"), std::optional<std::size_t>(1));
    QVERIFY(!weights->find("a"));
}

void TestWeightFile::tells_buffers_by_name()
{
    const Place place;
    QVERIFY(write_safe(place.path() / "m.safetensors", {{"bn.running_var", 1}, {"bn.weight", 1}}));
    const auto weights = ca::WeightFile::open(place.path() / "m.safetensors");
    QVERIFY(weights);
    QVERIFY(weights->tensors()[0].is_buffer);
    QVERIFY(!weights->tensors()[1].is_buffer);
}

void TestWeightFile::is_read_by_several_threads()
{
    const Place place;
    const auto weights =
        ca::WeightFile::open(place.file("m.pth", pth({{"a", pickle::tensor("0", {6}, 6)}, {"b", pickle::tensor("1", {6}, 6)}})));
    QVERIFY(weights);
    std::atomic<int> wrong = 0;
    const auto read = [&](std::size_t index, float first) {
        for (int i = 0; i < 200; ++i) {
            const auto content = weights->read(index);
            wrong += content && floats(*content).front() == first ? 0 : 1;
        }
    };
    std::thread one(read, 0, 0.0F);
    std::thread two(read, 1, 10.0F);
    one.join();
    two.join();
    QCOMPARE(wrong.load(), 0);
}

void TestWeightFile::names_the_file_that_cannot_be_read()
{
    const Place place;
    QVERIFY(contains(sentence(place.path() / "none.pth"), "none.pth"));
    const auto cut = place.file("cut.pth", pth({{"a", pickle::tensor("7", {2}, 6)}})); // there is no storage 7
    QVERIFY(contains(sentence(cut), "cut.pth"));
    QVERIFY(contains(sentence(cut), "\"a\""));
    QVERIFY(contains(sentence(place.file("notes.txt", "hello")), "notes.txt"));
    QVERIFY(contains(sentence(place.path()), "is a folder"));
}

void TestWeightFile::refuses_two_tensors_of_one_name()
{
    const Place place;
    const std::string tensor = pickle::tensor("0", {2}, 6);
    QVERIFY(contains(sentence(place.file("m.pth", pth({{"a", tensor}, {"a", tensor}}))), "\"a\""));
    QVERIFY(write_bytes(place.path() / "config.json", "{}"));
    QVERIFY(write_safe(place.path() / "1.safetensors", {{"a", 2}, {"b", 2}}));
    QVERIFY(write_safe(place.path() / "2.safetensors", {{"b", 2}}));
    QVERIFY(write_bytes(place.path() / "model.safetensors.index.json",
                        R"({"weight_map":{"a":"1.safetensors","b":"2.safetensors"}})"));
    QVERIFY(contains(sentence(place.path()), "2.safetensors holds the tensor \"b\", which there is already"));
}

void TestWeightFile::refuses_a_view_that_repeats_its_numbers_to_terabytes()
{
    // torch.zeros(1).expand(1 << 20, 1 << 19): 2 TB out of four bytes.
    const std::string storage = "(" + pickle::text("storage") + pickle::global("torch", "FloatStorage") + pickle::text("0")
        + pickle::text("cpu") + pickle::integer(1) + "tQ";
    const std::string tensor = pickle::global("torch._utils", "_rebuild_tensor_v2") + "(" + storage + pickle::integer(0)
        + pickle::integers({1 << 20, 1 << 19}) + pickle::integers({0, 0}) + "\x89" + pickle::global("collections", "OrderedDict")
        + ")RtR";
    const Place place;
    QVERIFY(contains(sentence(place.file("m.pth", pth({{"a", tensor}}))), "repeats the few numbers"));
}

void TestWeightFile::names_tensors_of_a_torchscript_dictionary_by_whole_numbers()
{
    const std::string tensor = pickle::tensor("0", {2}, 6);
    const std::string dict = "}(" + pickle::integer(3) + tensor + pickle::integer(4) + tensor + "u";
    const Place place;
    const auto weights = ca::WeightFile::open(
        place.file("m.pt",
                   zip_bytes({{"m/data.pkl", pickle::whole(pickle::object("__torch__", "N", {{"heads", dict}}))},
                              {"m/code/__torch__.py", "no code is looked at"},
                              {"m/data/0", counting(6)}})));
    QVERIFY2(weights, weights ? "" : weights.error().sentence.c_str());
    QCOMPARE(values(weights, "heads.3"), (Floats{0, 1}));
    QCOMPARE(values(weights, "heads.4"), (Floats{0, 1}));
}

void TestWeightFile::says_which_part_lacks_what_the_index_promises()
{
    const Place place;
    QVERIFY(write_bytes(place.path() / "config.json", "{}"));
    QVERIFY(write_safe(place.path() / "1.safetensors", {{"a", 2}}));
    QVERIFY(write_safe(place.path() / "2.safetensors", {{"b", 2}}));
    QVERIFY(write_bytes(place.path() / "model.safetensors.index.json",
                        R"({"weight_map":{"a":"1.safetensors","b":"2.safetensors","c":"2.safetensors"}})"));
    QVERIFY(contains(sentence(place.path()), "2.safetensors lacks the tensor \"c\""));
    QVERIFY(write_bytes(place.path() / "model.safetensors.index.json",
                        R"({"weight_map":{"a":"2.safetensors","b":"1.safetensors"}})"));
    QVERIFY(contains(sentence(place.path()), "2.safetensors lacks the tensor \"a\""));
}

void TestWeightFile::reads_the_same_weights_from_both_shared_vision_transformers()
{
    const auto safe = shared_file("models/vit_cifar10.safetensors");
    const auto script = shared_file("models/vit_cifar10.scripted.pt");
    if (!safe || !script)
        QSKIP("The shared models are not beside this checkout.");
    const auto one = ca::WeightFile::open(*safe);
    const auto two = ca::WeightFile::open(*script);
    QVERIFY(one && two);
    for (std::size_t i = 0; i < one->tensors().size(); ++i) {
        const std::string &name = one->tensors()[i].name;
        QVERIFY2(two->find(name), name.c_str());
        QVERIFY2(one->read(i).value() == two->read(*two->find(name)).value(), name.c_str());
    }
}

QTEST_APPLESS_MAIN(TestWeightFile)
#include "test_weight_file.moc"
