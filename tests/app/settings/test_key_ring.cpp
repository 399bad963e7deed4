// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/key_ring.h"
#include "tests/support/fake_keychain.h"

#include <QtTest>

#include <optional>

using ca::FoundKey, ca::KeyPlace, ca::KeyRing;

class TestKeyRing final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_key_goes_into_the_keychain_and_comes_back();
    void each_address_has_a_key_of_its_own();
    void keys_of_this_machine_stay_in_memory();
    void without_a_keychain_a_key_is_kept_in_memory_and_that_is_said();
    void a_keychain_that_cannot_be_used_is_done_without_data();
    void a_keychain_that_cannot_be_used_is_done_without();
    void the_vendors_variable_is_used_where_the_keychain_has_none();
    void a_keychain_that_hangs_is_given_up();
    void what_a_keychain_did_too_late_counts();
    void a_forgotten_key_is_gone();
    void a_key_that_was_forgotten_while_the_keychain_hung_is_gone_too();
    void says_where_a_key_is_that_cannot_be_forgotten();
    void answers_nobody_after_its_end();
    void the_systems_keychain_answers_or_is_given_up();
};

namespace {

constexpr std::chrono::milliseconds kShort{30};

const ca::Provider &openai()
{
    return ca::known_providers()[0];
}

/// Waits for the one answer.
template <typename Ask>
FoundKey answer_of(const Ask &ask)
{
    std::optional<FoundKey> answer;
    ask([&](const FoundKey &found) { answer = found; });
    if (answer)
        qFatal("The answer came at once.");
    if (!QTest::qWaitFor([&] { return answer.has_value(); }, 15'000))
        qFatal("No answer came.");
    return *answer;
}

FoundKey find(KeyRing &ring, const ca::Provider &provider = openai())
{
    return answer_of([&](KeyRing::Found done) { ring.find(provider, std::move(done)); });
}

FoundKey keep(KeyRing &ring, const std::string &key, const ca::Provider &provider = openai())
{
    return answer_of([&](KeyRing::Found done) { ring.keep(provider, key, std::move(done)); });
}

FoundKey forget(KeyRing &ring)
{
    return answer_of([&](KeyRing::Found done) { ring.forget(openai(), std::move(done)); });
}

struct Rung {
    explicit Rung(KeychainScript::Way way = KeychainScript::Way::works)
        : script(std::make_shared<KeychainScript>()), ring(std::make_unique<FakeKeychain>(script), kShort)
    {
        script->way = way;
        qunsetenv("OPENAI_API_KEY");
    }
    std::shared_ptr<KeychainScript> script;
    KeyRing ring;
};

bool says(const FoundKey &found, const char *words)
{
    return found.note.contains(QLatin1String(words));
}

} // namespace

void TestKeyRing::a_key_goes_into_the_keychain_and_comes_back()
{
    Rung rung;
    QCOMPARE(find(rung.ring).place, KeyPlace::none);
    QCOMPARE(keep(rung.ring, "sk-1").place, KeyPlace::keychain);
    QCOMPARE(rung.script->held, (std::map<std::string, std::string>{{"openai", "sk-1"}}));
    const FoundKey found = find(rung.ring);
    QCOMPARE(found.key, std::string("sk-1"));
    QCOMPARE(found.place, KeyPlace::keychain);
    rung.script->held["openai"] = "sk-2"; // by hand
    QCOMPARE(find(rung.ring).key, std::string("sk-2"));
}

void TestKeyRing::each_address_has_a_key_of_its_own()
{
    Rung rung;
    const auto one = ca::find_provider("https://llm.example.org/v1"),
               other = ca::find_provider("https://llm.example.org/team/v1");
    keep(rung.ring, "sk-1", *one);
    QCOMPARE(find(rung.ring, *one).key, std::string("sk-1"));
    QCOMPARE(find(rung.ring, *other).key, std::string());
}

void TestKeyRing::keys_of_this_machine_stay_in_memory()
{
    Rung rung;
    const auto local = ca::find_provider("http://127.0.0.1:9999/v1");
    QCOMPARE(find(rung.ring, *local).place, KeyPlace::none);
    QCOMPARE(keep(rung.ring, "sk-1", *local).place, KeyPlace::memory);
    QCOMPARE(find(rung.ring, *local).key, std::string("sk-1"));
    QCOMPARE(rung.script->calls, 0); // nobody is asked to unlock it
}

void TestKeyRing::without_a_keychain_a_key_is_kept_in_memory_and_that_is_said()
{
    qunsetenv("OPENAI_API_KEY");
    KeyRing ring(nullptr);
    const FoundKey none = find(ring);
    QCOMPARE(none.place, KeyPlace::none);
    QVERIFY2(says(none, "until the program ends: this computer has no keychain"), qPrintable(none.note));
    const FoundKey kept = keep(ring, "sk-1");
    QCOMPARE(kept.place, KeyPlace::memory);
    QVERIFY2(says(kept, "until the program ends: this computer has no keychain"), qPrintable(kept.note));
    QCOMPARE(find(ring).key, std::string("sk-1"));
}

void TestKeyRing::a_keychain_that_cannot_be_used_is_done_without_data()
{
    QTest::addColumn<int>("way");
    QTest::addColumn<QString>("why");
    QTest::newRow("locked") << static_cast<int>(KeychainScript::Way::locked) << QStringLiteral("locked");
    QTest::newRow("broken") << static_cast<int>(KeychainScript::Way::broken) << QStringLiteral("no session bus");
    QTest::newRow("hangs") << static_cast<int>(KeychainScript::Way::hangs) << QStringLiteral("not answered in time");
}

void TestKeyRing::a_keychain_that_cannot_be_used_is_done_without()
{
    QFETCH(int, way);
    QFETCH(QString, why);
    Rung rung(static_cast<KeychainScript::Way>(way));
    const FoundKey kept = keep(rung.ring, "sk-1");
    QCOMPARE(kept.key, std::string("sk-1"));
    QCOMPARE(kept.place, KeyPlace::memory);
    QVERIFY2(kept.note.contains(why), qPrintable(kept.note));
    QVERIFY(!kept.note.contains(QStringLiteral("sk-1")));
    QCOMPARE(find(rung.ring).key, std::string("sk-1"));
}

void TestKeyRing::the_vendors_variable_is_used_where_the_keychain_has_none()
{
    for (const auto way : {KeychainScript::Way::works, KeychainScript::Way::locked, KeychainScript::Way::hangs}) {
        Rung rung(way);
        qputenv("OPENAI_API_KEY", " sk-env ");
        const FoundKey found = find(rung.ring);
        QCOMPARE(found.key, std::string("sk-env"));
        QCOMPARE(found.place, KeyPlace::environment);
        QVERIFY(says(found, "OPENAI_API_KEY"));
        rung.script->way = KeychainScript::Way::works;
        rung.script->answer_what_waits();
        QCoreApplication::processEvents();
        keep(rung.ring, "sk-1");
        QCOMPARE(find(rung.ring).key, std::string("sk-1")); // what was entered comes first
        qunsetenv("OPENAI_API_KEY");
    }
}

void TestKeyRing::a_keychain_that_hangs_is_given_up()
{
    Rung rung(KeychainScript::Way::hangs);
    QCOMPARE(find(rung.ring).place, KeyPlace::none);
    QCOMPARE(rung.script->calls, 1);
    QCOMPARE(find(rung.ring).place, KeyPlace::none);
    QCOMPARE(rung.script->calls, 1); // it is not waited for again
}

void TestKeyRing::what_a_keychain_did_too_late_counts()
{
    Rung rung(KeychainScript::Way::hangs);
    QSignalSpy changed(&rung.ring, &KeyRing::changed);
    QCOMPARE(keep(rung.ring, "sk-1").place, KeyPlace::memory);
    rung.script->way = KeychainScript::Way::works; // the person has unlocked it
    rung.script->answer_what_waits();
    QVERIFY(changed.count() == 1 || changed.wait());
    QCOMPARE(rung.script->held.at("openai"), std::string("sk-1"));
    QCOMPARE(find(rung.ring).place, KeyPlace::keychain);
}

void TestKeyRing::a_forgotten_key_is_gone()
{
    Rung rung;
    keep(rung.ring, "sk-1");
    QCOMPARE(forget(rung.ring).place, KeyPlace::none);
    QVERIFY(rung.script->held.empty());
    QCOMPARE(find(rung.ring).key, std::string());
    KeyRing without(nullptr);
    keep(without, "sk-1");
    QCOMPARE(forget(without).place, KeyPlace::none);
    QCOMPARE(find(without).key, std::string());
}

void TestKeyRing::a_key_that_was_forgotten_while_the_keychain_hung_is_gone_too()
{
    Rung rung(KeychainScript::Way::hangs);
    QSignalSpy changed(&rung.ring, &KeyRing::changed);
    QCOMPARE(keep(rung.ring, "sk-1").place, KeyPlace::memory);
    forget(rung.ring);
    rung.script->way = KeychainScript::Way::works; // the person has unlocked it
    rung.script->answer_what_waits();
    QVERIFY(changed.count() > 0 || changed.wait());
    QTRY_VERIFY(rung.script->held.empty());
    QCOMPARE(keep(rung.ring, "sk-2").place, KeyPlace::keychain); // another is kept as ever
    QCOMPARE(find(rung.ring).key, std::string("sk-2"));
}

void TestKeyRing::says_where_a_key_is_that_cannot_be_forgotten()
{
    Rung rung;
    keep(rung.ring, "sk-1");
    rung.script->way = KeychainScript::Way::locked;
    const FoundKey left = forget(rung.ring);
    QCOMPARE(left.place, KeyPlace::keychain);
    QVERIFY2(says(left, "may still be in the keychain"), qPrintable(left.note));
    keep(rung.ring, "sk-2"); // the keychain never had it
    QCOMPARE(forget(rung.ring).place, KeyPlace::none);
}

void TestKeyRing::answers_nobody_after_its_end()
{
    const auto script = std::make_shared<KeychainScript>();
    script->way = KeychainScript::Way::hangs;
    bool was_told = false;
    {
        KeyRing ring(std::make_unique<FakeKeychain>(script), kShort);
        ring.find(openai(), [&](const FoundKey &) { was_told = true; });
    }
    script->answer_what_waits();
    QTest::qWait(2 * static_cast<int>(kShort.count()));
    QVERIFY(!was_told);
}

/// As on a machine without a session: there is no bus to reach a keychain by.
void TestKeyRing::the_systems_keychain_answers_or_is_given_up()
{
    if (!QSysInfo::kernelType().startsWith(QStringLiteral("linux")))
        QSKIP("This machine's keychain is reached without a session bus, and no test touches it.");
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all");
    qputenv("XDG_RUNTIME_DIR", "/nowhere");
    qunsetenv("DISPLAY");
    qunsetenv("OPENAI_API_KEY");
    KeyRing ring(ca::system_keychain(), std::chrono::seconds(5));
    const FoundKey kept = keep(ring, "sk-test-of-compression-agent");
    QCOMPARE(kept.key, std::string("sk-test-of-compression-agent"));
    QCOMPARE(kept.place, KeyPlace::memory);
    QVERIFY2(says(kept, "until the program ends"), qPrintable(kept.note));
}

QTEST_GUILESS_MAIN(TestKeyRing)
#include "test_key_ring.moc"
