// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "ui/common/style_sheet.h"
#include "ui/common/theme.h"
#include "ui/settings/provider_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

class TestProviderDialog final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void begins_with_the_offline_planner();
    void brings_back_what_was_chosen();
    void a_known_provider_brings_its_address();
    void a_model_on_this_machine_may_take_long_to_begin();
    void an_address_that_is_not_secure_is_refused();
    void the_key_is_masked_and_forgotten_with_its_provider();
    void asks_for_models_and_shows_them();
    void says_whether_the_key_works();
    void a_price_that_was_entered_stays();
    void what_was_suggested_for_another_model_goes();
    void one_price_alone_is_none();
    void a_small_price_is_shown_whole();
    void names_stay_here_unless_the_person_sends_them();
    void asks_one_thing_at_a_time();
    void a_key_that_is_kept_can_be_forgotten();
    void every_control_has_a_name();
    void fits_a_small_window_in_light_and_dark();
};

namespace {

std::vector<ca::Provider> made_up_providers()
{
    ca::Provider cloud{"openai", "OpenAI", "https://api.openai.com/v1"};
    cloud.needs_key = true;
    ca::Provider local{"ollama", "Ollama", "http://localhost:11434/v1"};
    local.is_local = true;
    return {cloud, local};
}

struct Shown {
    explicit Shown(const ca::ProviderFacts &facts = {}) : dialog(made_up_providers(), facts) { dialog.show(); }
    template <typename W>
    [[nodiscard]] W *find(const char *name) const
    {
        return dialog.findChild<W *>(QString::fromLatin1(name));
    }
    void choose(int provider) const { find<QComboBox>("provider_preset")->setCurrentIndex(provider); }
    ca::ProviderDialog dialog;
};

constexpr int kOffline = 0, kOpenAi = 1, kOllama = 2, kOther = 3;

} // namespace

void TestProviderDialog::begins_with_the_offline_planner()
{
    const Shown shown;
    QCOMPARE(shown.dialog.facts(), ca::ProviderFacts());
    QCOMPARE(shown.dialog.facts().provider, QStringLiteral("offline"));
    QVERIFY(!shown.find<QLineEdit>("provider_key")->isEnabled());
    QVERIFY(shown.find<QPushButton>("provider_use")->isEnabled());
}

void TestProviderDialog::brings_back_what_was_chosen()
{
    ca::ProviderFacts facts;
    facts.provider = QStringLiteral("https://llm.example.org/v1");
    facts.model = QStringLiteral("big-one");
    facts.price_in = 2.5;
    facts.price_out = 10;
    facts.context = 128'000;
    facts.first_seconds = 90;
    facts.idle_seconds = 30;
    QCOMPARE(Shown(facts).dialog.facts(), facts);
    facts.provider = QStringLiteral("ollama");
    facts.price_out.reset();
    QCOMPARE(Shown(facts).dialog.facts(), facts);
}

void TestProviderDialog::a_known_provider_brings_its_address()
{
    const Shown shown;
    shown.choose(kOpenAi);
    QCOMPARE(shown.find<QLineEdit>("provider_address")->text(), QStringLiteral("https://api.openai.com/v1"));
    QVERIFY(!shown.find<QPushButton>("provider_use")->isEnabled()); // no model yet
    shown.find<QComboBox>("provider_model")->setEditText(QStringLiteral("gpt-5"));
    QVERIFY(shown.find<QPushButton>("provider_use")->isEnabled());
    QCOMPARE(shown.dialog.facts().provider, QStringLiteral("openai"));
    shown.choose(kOffline);
    QCOMPARE(shown.dialog.facts(), ca::ProviderFacts());
}

void TestProviderDialog::a_model_on_this_machine_may_take_long_to_begin()
{
    const Shown shown;
    shown.choose(kOllama);
    QCOMPARE(shown.dialog.facts().first_seconds, 300);
    shown.choose(kOpenAi);
    QCOMPARE(shown.dialog.facts().first_seconds, 60);
}

void TestProviderDialog::an_address_that_is_not_secure_is_refused()
{
    const Shown shown;
    shown.choose(kOther);
    shown.find<QComboBox>("provider_model")->setEditText(QStringLiteral("m"));
    const auto refuses = [&](const char *address) {
        shown.find<QLineEdit>("provider_address")->setText(QString::fromLatin1(address));
        return !shown.find<QPushButton>("provider_use")->isEnabled() && !shown.find<QPushButton>("provider_test")->isEnabled();
    };
    QVERIFY(refuses("http://llm.example.org/v1"));
    QVERIFY(!shown.find<QLabel>("provider_problem")->text().isEmpty());
    QVERIFY(refuses(""));
    QVERIFY(!refuses("https://llm.example.org/v1"));
    QVERIFY(!refuses("http://localhost:8080/v1"));
    QCOMPARE(shown.find<QLabel>("provider_problem")->text(), QString());
}

void TestProviderDialog::the_key_is_masked_and_forgotten_with_its_provider()
{
    const Shown shown;
    shown.choose(kOpenAi);
    auto *key = shown.find<QLineEdit>("provider_key");
    key->setText(QStringLiteral(" secret "));
    QCOMPARE(key->echoMode(), QLineEdit::Password);
    QVERIFY(!key->displayText().contains(QStringLiteral("secret")));
    QCOMPARE(shown.dialog.key(), QStringLiteral("secret"));
    shown.choose(kOther);
    QCOMPARE(shown.dialog.key(), QString()); // it must not go to another address
}

void TestProviderDialog::asks_for_models_and_shows_them()
{
    Shown shown;
    shown.choose(kOllama);
    QSignalSpy wanted(&shown.dialog, &ca::ProviderDialog::models_requested);
    shown.find<QPushButton>("provider_fetch")->click();
    QCOMPARE(wanted.count(), 1);
    shown.dialog.set_models({QStringLiteral("llama3"), QStringLiteral("qwen3")}, QStringLiteral("2 models."));
    QCOMPARE(shown.find<QComboBox>("provider_model")->count(), 2);
    QCOMPARE(shown.dialog.facts().model, QStringLiteral("llama3"));
    QCOMPARE(shown.find<QLabel>("provider_model_note")->text(), QStringLiteral("2 models."));
    shown.find<QComboBox>("provider_model")->setEditText(QStringLiteral("my-own"));
    shown.dialog.set_models({QStringLiteral("llama3")}, {});
    QCOMPARE(shown.dialog.facts().model, QStringLiteral("my-own")); // what was typed stays
}

void TestProviderDialog::says_whether_the_key_works()
{
    Shown shown;
    shown.choose(kOpenAi);
    shown.dialog.set_key_note(QStringLiteral("It is in the keychain of this computer."), true);
    QVERIFY(shown.find<QLabel>("provider_key_note")->isVisible());
    shown.dialog.set_key_state(false, QStringLiteral("The provider does not take this key."));
    const auto *state = shown.find<QLabel>("provider_key_state");
    QCOMPARE(state->text(), QStringLiteral("✗ The provider does not take this key."));
    QVERIFY(state->isVisible());
    shown.find<QLineEdit>("provider_key")->setText(QStringLiteral("another"));
    QVERIFY(!state->isVisible());
    shown.dialog.set_key_state(true, QStringLiteral("The provider takes it."));
    QCOMPARE(state->text(), QStringLiteral("✓ The provider takes it."));
}

void TestProviderDialog::a_price_that_was_entered_stays()
{
    Shown shown;
    shown.choose(kOpenAi);
    QVERIFY(!shown.dialog.facts().price_in);
    shown.find<QDoubleSpinBox>("provider_price_in")->setValue(0); // free is not unknown
    shown.dialog.suggest(2.5, 10, 128'000);
    QCOMPARE(shown.dialog.facts().price_in, std::optional(0.0));
    QCOMPARE(shown.dialog.facts().price_out, std::optional(10.0));
    QCOMPARE(shown.dialog.facts().context, 128'000);
}

void TestProviderDialog::what_was_suggested_for_another_model_goes()
{
    Shown shown;
    shown.choose(kOpenAi);
    shown.dialog.suggest(2.5, 10, 128'000);
    shown.dialog.suggest(0.25, 2, 64'000);
    QCOMPARE(shown.dialog.facts().price_in, std::optional(0.25));
    QCOMPARE(shown.dialog.facts().context, 64'000);
    shown.dialog.suggest({}, {}, 0);
    QVERIFY(!shown.dialog.facts().price_in && !shown.dialog.facts().price_out);
    QCOMPARE(shown.dialog.facts().context, 0);
}

void TestProviderDialog::one_price_alone_is_none()
{
    const Shown shown;
    shown.choose(kOpenAi);
    shown.find<QComboBox>("provider_model")->setEditText(QStringLiteral("gpt-5"));
    shown.find<QDoubleSpinBox>("provider_price_in")->setValue(1);
    QVERIFY(!shown.find<QPushButton>("provider_use")->isEnabled());
    QVERIFY(shown.find<QLabel>("provider_problem")->text().contains(QStringLiteral("both prices")));
    shown.find<QDoubleSpinBox>("provider_price_out")->setValue(2);
    QVERIFY(shown.find<QPushButton>("provider_use")->isEnabled());
}

void TestProviderDialog::a_small_price_is_shown_whole()
{
    const Shown shown;
    shown.choose(kOpenAi);
    auto *price = shown.find<QDoubleSpinBox>("provider_price_in");
    price->setValue(0.075);
    QCOMPARE(price->text(), QStringLiteral("0.0750"));
    price->setValue(1.5);
    QCOMPARE(price->text(), QStringLiteral("1.50"));
}

void TestProviderDialog::names_stay_here_unless_the_person_sends_them()
{
    const Shown shown;
    auto *names = shown.find<QCheckBox>("provider_names");
    QVERIFY(!names->isEnabled());
    shown.choose(kOpenAi);
    QVERIFY(names->isEnabled() && !names->isChecked());
    names->click();
    QVERIFY(shown.dialog.facts().names);
    shown.choose(kOllama);
    QVERIFY(!names->isEnabled());
    QVERIFY(shown.find<QLabel>("provider_names_note")->text().startsWith(QStringLiteral("Nothing leaves this machine.")));
    shown.choose(kOpenAi);
    const QString note = shown.find<QLabel>("provider_names_note")->text();
    QVERIFY2(note.contains(QStringLiteral("contact it at once")), qPrintable(note));
    QVERIFY2(note.contains(QStringLiteral("200,000 tokens and $2 at most")), qPrintable(note));
    shown.choose(kOpenAi);
    QVERIFY(!names->isChecked()); // it was said of nobody for good
}

void TestProviderDialog::asks_one_thing_at_a_time()
{
    Shown shown;
    shown.choose(kOpenAi);
    shown.dialog.set_asking(QStringLiteral("Asking OpenAI …"));
    QVERIFY(!shown.find<QPushButton>("provider_fetch")->isEnabled());
    QVERIFY(!shown.find<QPushButton>("provider_test")->isEnabled());
    shown.dialog.set_models({}, QStringLiteral("It lists none."));
    QVERIFY(shown.find<QPushButton>("provider_fetch")->isEnabled());
    shown.dialog.set_asking(QStringLiteral("Asking OpenAI …"));
    shown.choose(kOllama);
    QVERIFY(shown.find<QPushButton>("provider_fetch")->isEnabled()); // nothing was asked of this one
}

void TestProviderDialog::a_key_that_is_kept_can_be_forgotten()
{
    Shown shown;
    shown.choose(kOpenAi);
    auto *forget = shown.find<QPushButton>("provider_forget");
    QVERIFY(!forget->isVisible());
    shown.dialog.set_key_note(QStringLiteral("It is in the keychain of this computer."), true);
    QVERIFY(forget->isVisible());
    QSignalSpy wanted(&shown.dialog, &ca::ProviderDialog::key_forget_requested);
    forget->click();
    QCOMPARE(wanted.count(), 1);
    shown.choose(kOllama);
    QVERIFY(!forget->isVisible());
}

void TestProviderDialog::every_control_has_a_name()
{
    const Shown shown;
    for (const QWidget *widget : shown.dialog.findChildren<QWidget *>()) {
        const bool control = qobject_cast<const QAbstractButton *>(widget) || qobject_cast<const QComboBox *>(widget)
            || qobject_cast<const QAbstractSpinBox *>(widget)
            || (qobject_cast<const QLineEdit *>(widget) && !qobject_cast<const QAbstractSpinBox *>(widget->parentWidget())
                && !qobject_cast<const QComboBox *>(widget->parentWidget()));
        if (control)
            QVERIFY2(!widget->accessibleName().isEmpty() && !widget->objectName().isEmpty(), qPrintable(widget->objectName()));
    }
}

/// Pictures go where CA_PICTURES says, for those who look.
void TestProviderDialog::fits_a_small_window_in_light_and_dark()
{
    for (const bool dark : {false, true}) {
        ca::ProviderFacts facts;
        facts.provider = QStringLiteral("openai");
        facts.model = QStringLiteral("gpt-5");
        facts.price_in = 1.25;
        facts.price_out = 10;
        Shown shown(facts);
        const ca::Theme &theme = dark ? ca::dark_theme() : ca::light_theme();
        QApplication::setPalette(ca::palette_of(theme)); // as a system does
        shown.dialog.setStyleSheet(ca::style_sheet(theme));
        shown.dialog.set_key_note(QStringLiteral("It is in the keychain of this computer."), true);
        shown.dialog.set_key_state(!dark, QStringLiteral("The provider takes it."));
        shown.dialog.set_models({QStringLiteral("gpt-5")}, QStringLiteral("1 model."));
        QTest::qWait(20);
        QVERIFY(shown.dialog.minimumSizeHint().height() <= 720 && shown.dialog.minimumSizeHint().width() <= 1180);
        const QPixmap picture = shown.dialog.grab();
        QVERIFY(!picture.isNull());
        if (const QString folder = qEnvironmentVariable("CA_PICTURES"); !folder.isEmpty())
            picture.save(folder + (dark ? QStringLiteral("/provider-dark.png") : QStringLiteral("/provider-light.png")));
    }
}

CA_GUI_TEST_MAIN(TestProviderDialog)
#include "test_provider_dialog.moc"
