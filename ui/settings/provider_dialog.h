// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/provider/providers.h"
#include "ui/settings/provider_facts.h"

#include <QDialog>

#include <vector>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace ca {

/// Who answers in the chat, and how it is reached. What it needs to know, models and whether a key works, others find out and
/// tell.
class ProviderDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ProviderDialog)
public:
    /// `known`: providers that are offered by name, between the offline planner and an address of one's own.
    ProviderDialog(std::vector<Provider> known, const ProviderFacts &facts, QWidget *parent = nullptr);

    [[nodiscard]] ProviderFacts facts() const;
    [[nodiscard]] QString key() const; ///< as it was typed; empty: the one that is kept stays

    void set_asking(const QString &sentence); ///< until it is told what came of that: models, or the state of the key
    void set_models(const QStringList &models, const QString &note); ///< `note`: where they are from, or why there are none
    void set_key_note(const QString &where_it_is_kept, bool can_be_forgotten); ///< "It is in the keychain of this computer."
    void set_names(bool sent);                                                 ///< as it was chosen before for the provider
    void set_key_state(bool works, const QString &sentence);
    /// What is known of the chosen model; a field that the person filled in stays, what was suggested for another model goes.
    void suggest(std::optional<double> price_in, std::optional<double> price_out, int context);

Q_SIGNALS:
    void provider_changed(); ///< its key and models are another's
    void models_requested();
    void key_test_requested();
    void key_forget_requested();
    void prices_requested();
    void remove_requested();                 ///< the one that it began with
    void model_chosen(const QString &model); ///< see `suggest`

private:
    void make_address();
    void make_key();
    void make_numbers();
    void make_names();
    QWidget *make_buttons();
    void add_row(const QString &text, QWidget *field, const QList<QWidget *> &beside = {});
    void add_note(QLabel *note);
    void fill(const ProviderFacts &facts);
    void take_provider();
    void forget_answers();
    void make_room();
    void check();
    void show_names();
    [[nodiscard]] bool is_offline() const;
    [[nodiscard]] const Provider *chosen() const; ///< null: the offline planner, or an address of one's own

    std::vector<Provider> known_;
    bool is_asking_ = false;
    QGridLayout *form_ = nullptr;
    QComboBox *provider_ = nullptr;
    QLineEdit *address_ = nullptr;
    QComboBox *model_ = nullptr;
    QPushButton *fetch_ = nullptr;
    QLabel *model_note_ = nullptr;
    QLineEdit *key_ = nullptr;
    QPushButton *test_ = nullptr;
    QPushButton *forget_ = nullptr;
    QLabel *key_note_ = nullptr;
    QLabel *key_state_ = nullptr;
    QDoubleSpinBox *price_in_ = nullptr;
    QDoubleSpinBox *price_out_ = nullptr;
    QSpinBox *context_ = nullptr;
    QSpinBox *first_ = nullptr;
    QSpinBox *idle_ = nullptr;
    QCheckBox *names_ = nullptr;
    QLabel *names_note_ = nullptr;
    QLabel *problem_ = nullptr;
    QPushButton *remove_ = nullptr;
    QPushButton *use_ = nullptr;
};

} // namespace ca
