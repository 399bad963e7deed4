// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/pickle.h"
#include "tests/corpus/pickle_bytes.h"

#include <QtTest>

using namespace std::string_literals;

class TestPickle final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_what_python_wrote();
    void reads_whole_numbers_of_any_length();
    void shares_values_through_the_memo();
    void calls_nothing();
    void knows_script_classes_only_in_scripts();
    void describes_a_tensor();
    void takes_state_of_an_object();
    void stays_small_when_a_long_tuple_is_used_again_and_again();
};

void TestPickle::reads_what_python_wrote()
{
    // CPython 3.11: pickle.dumps({'a': [1, 300, -2, 2.5, None, True], 'b': ('x', b'y')}, protocol=4)
    const std::string bytes = "\x80\x04\x95\x30\x00\x00\x00\x00\x00\x00\x00\x7D\x94\x28\x8C\x01\x61\x94\x5D\x94\x28\x4B\x01\x4D"
                              "\x2C\x01\x4A\xFE\xFF\xFF\xFF\x47\x40\x04\x00\x00\x00\x00\x00\x00\x4E\x88\x65\x8C\x01\x62\x94\x8C"
                              "\x01\x78\x94\x43\x01\x79\x94\x86\x94\x75\x2E"s;
    const auto tree = ca::read_pickle(bytes, "It", false);
    QVERIFY2(tree, tree ? "" : tree.error().sentence.c_str());
    const ca::PickleNode *a = tree->find(tree->at(tree->root), "a");
    QVERIFY(a && a->kind == ca::PickleKind::list && a->items.size() == 6);
    QCOMPARE(tree->at(a->items[0]).integer, std::int64_t{1});
    QCOMPARE(tree->at(a->items[1]).integer, std::int64_t{300});
    QCOMPARE(tree->at(a->items[2]).integer, std::int64_t{-2});
    QCOMPARE(tree->at(a->items[3]).real, 2.5);
    QVERIFY(tree->at(a->items[4]).kind == ca::PickleKind::none);
    QVERIFY(tree->at(a->items[5]).kind == ca::PickleKind::boolean && tree->at(a->items[5]).integer == 1);
    const ca::PickleNode *b = tree->find(tree->at(tree->root), "b");
    QVERIFY(b && b->kind == ca::PickleKind::tuple);
    QCOMPARE(tree->at(b->items[0]).text, "x"s);
    QVERIFY(tree->at(b->items[1]).kind == ca::PickleKind::bytes);
    QVERIFY(tree->find(tree->at(tree->root), "c") == nullptr);
    QCOMPARE(tree->end, bytes.size());
}

void TestPickle::reads_whole_numbers_of_any_length()
{
    const auto number = [](const std::string &piece) { return ca::read_pickle("\x80\x02" + piece + ".", "It", false).value(); };
    const auto value = [&](const std::string &piece) {
        const auto tree = number(piece);
        return tree.at(tree.root).integer;
    };
    // CPython: pickle.encode_long
    QCOMPARE(value("\x8A\x00"s), std::int64_t{0});
    QCOMPARE(value("\x8A\x01\xFF"s), std::int64_t{-1});
    QCOMPARE(value("\x8A\x02\xFF\x00"s), std::int64_t{255});
    QCOMPARE(value("\x8A\x05\x00\x00\x00\x00\x01"s), std::int64_t{4294967296});
    QCOMPARE(value("\x8A\x08\x00\x00\x00\x00\x00\x00\x00\x80"s), std::numeric_limits<std::int64_t>::min());
    const auto large = number("\x8A\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01"s);
    QVERIFY(large.at(large.root).kind == ca::PickleKind::bytes);
}

void TestPickle::shares_values_through_the_memo()
{
    const auto tree = ca::read_pickle("\x80\x02]q\x05h\x05\x86."s, "It", false);
    QVERIFY(tree);
    const auto &pair = tree->at(tree->root).items;
    QCOMPARE(pair.size(), std::size_t{2});
    QCOMPARE(pair[0], pair[1]);
}

void TestPickle::calls_nothing()
{
    for (const std::string &made :
         {pickle::global("os", "system") + "(" + pickle::text("ls") + "tR", pickle::global("os", "system") + ")\x81",
          pickle::text("os") + pickle::text("system") + "\x93)R"}) {
        const auto tree = ca::read_pickle(pickle::whole(made), "It", true);
        QVERIFY(tree);
        QCOMPARE(tree->unknown_globals, std::vector<std::string>{"os.system"});
        QVERIFY(tree->at(tree->root).kind == ca::PickleKind::call);
        QCOMPARE(tree->at(tree->root).text, "os.system"s);
    }
}

void TestPickle::knows_script_classes_only_in_scripts()
{
    const std::string bytes = pickle::whole(pickle::object("__torch__.a", "Net", {}));
    const auto script = ca::read_pickle(bytes, "It", true);
    QVERIFY(script->unknown_globals.empty());
    QVERIFY(script->at(script->root).kind == ca::PickleKind::object);
    QCOMPARE(script->at(script->root).text, "__torch__.a.Net"s);
    QCOMPARE(ca::read_pickle(bytes, "It", false)->unknown_globals, std::vector<std::string>{"__torch__.a.Net"});
}

void TestPickle::describes_a_tensor()
{
    const auto tree = ca::read_pickle(pickle::whole(pickle::tensor("3", {2, 5}, 10)), "It", false);
    QVERIFY(tree);
    QVERIFY(tree->unknown_globals.empty());
    const ca::PickleNode &tensor = tree->at(tree->root);
    QVERIFY(tensor.kind == ca::PickleKind::tensor);
    const ca::PickleNode &storage = tree->at(tensor.items[0]);
    QVERIFY(storage.kind == ca::PickleKind::storage);
    QCOMPARE(tree->at(storage.items[1]).text, "torch.FloatStorage"s);
    QCOMPARE(tree->at(storage.items[2]).text, "3"s);
    QCOMPARE(tree->at(tree->at(tensor.items[2]).items[1]).integer, std::int64_t{5});
}

void TestPickle::takes_state_of_an_object()
{
    const auto tree = ca::read_pickle(pickle::whole(pickle::object("__torch__", "N", {{"k", "\x88"}})), "It", true);
    QVERIFY(tree);
    const ca::PickleNode &state = tree->at(tree->at(tree->root).items.at(0));
    QVERIFY(tree->find(state, "k") != nullptr);
}

/// 100,000 arguments, named by two bytes each time they are used: copies would need gigabytes.
void TestPickle::stays_small_when_a_long_tuple_is_used_again_and_again()
{
    std::string bytes = "\x80\x02" + pickle::global("torch._utils", "_rebuild_tensor_v2") + "q\x01(" + std::string(100000, 'N')
        + "tq\x02]q\x03("s;
    for (int i = 0; i < 100000; ++i)
        bytes += "h\x01h\x02R";
    const auto tree = ca::read_pickle(bytes + "e.", "It", false);
    QVERIFY(tree);
    std::size_t references = 0;
    for (const ca::PickleNode &node : tree->nodes)
        references += node.items.size();
    QVERIFY(references < 2'000'000);
}

QTEST_APPLESS_MAIN(TestPickle)
#include "test_pickle.moc"
