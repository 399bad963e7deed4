// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/settings.h"

#include <QSettings>
#include <QTemporaryDir>
#include <QtTest>

class TestSettings final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_was_set_is_there_at_the_next_start();
    void a_value_of_another_kind_is_the_usual_one();
    void recent_lists_are_short_and_apart();
    void says_what_changed_and_only_that();
};

namespace {

struct Store {
    QTemporaryDir folder;
    [[nodiscard]] QString file() const { return folder.filePath(QStringLiteral("settings.ini")); }
};

} // namespace

void TestSettings::what_was_set_is_there_at_the_next_start()
{
    const Store place;
    const QString goal = QStringLiteral(R"({"max_drop":0.5,"trials":24})");
    {
        QSettings store(place.file(), QSettings::IniFormat);
        ca::Settings settings(store);
        QCOMPARE(settings.value(ca::Setting::goal).toString(), QString());
        settings.set(ca::Setting::goal, goal);
        settings.set(ca::Setting::samples, 60);
    }
    QSettings store(place.file(), QSettings::IniFormat);
    const ca::Settings settings(store);
    QCOMPARE(settings.value(ca::Setting::goal).toString(), goal);
    QCOMPARE(settings.value(ca::Setting::samples).toInt(), 60);
}

void TestSettings::a_value_of_another_kind_is_the_usual_one()
{
    const Store place;
    QSettings store(place.file(), QSettings::IniFormat);
    store.setValue(QStringLiteral("data/samples"), QStringLiteral("many"));
    const ca::Settings settings(store);
    QCOMPARE(settings.value(ca::Setting::samples).toInt(), 0);
}

void TestSettings::recent_lists_are_short_and_apart()
{
    const Store place;
    QSettings store(place.file(), QSettings::IniFormat);
    ca::Settings settings(store);
    for (int number = 0; number < 12; ++number)
        settings.add_recent(ca::Setting::recent_studies, QStringLiteral("/studies/%1").arg(number));
    settings.add_recent(ca::Setting::recent_studies, QStringLiteral("/studies/9")); // again
    const QStringList studies = settings.value(ca::Setting::recent_studies).toStringList();
    QCOMPARE(studies.size(), 8);
    QCOMPARE(studies.mid(0, 3),
             (QStringList{QStringLiteral("/studies/9"), QStringLiteral("/studies/11"), QStringLiteral("/studies/10")}));
    QCOMPARE(studies.count(QStringLiteral("/studies/9")), 1);
    QVERIFY(settings.value(ca::Setting::recent_models).toStringList().isEmpty());
}

void TestSettings::says_what_changed_and_only_that()
{
    const Store place;
    QSettings store(place.file(), QSettings::IniFormat);
    ca::Settings settings(store);
    QSignalSpy changed(&settings, &ca::Settings::changed);
    settings.set(ca::Setting::head, QStringLiteral("probe"));
    settings.set(ca::Setting::head, QStringLiteral("probe"));
    QCOMPARE(changed.count(), 1);
    QCOMPARE(changed.front().front().value<ca::Setting>(), ca::Setting::head);
}

QTEST_GUILESS_MAIN(TestSettings)
#include "test_settings.moc"
