// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/studies/study_rows.h"

#include <QDialog>

class QComboBox;
class QLabel;

namespace ca {

class ComparedTrialsModel;
class ElidedLabel;
class StatePane;

/// Two studies side by side: facts of each, what differs in words, and the trials of both fronts in one table. Passive.
class CompareDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CompareDialog)
public:
    explicit CompareDialog(QWidget *parent = nullptr);

    /// To choose from; the first two are chosen, or `first` and the first other.
    void set_studies(const std::vector<StudyRow> &rows, const QString &first);
    [[nodiscard]] bool has_studies() const { return has_studies_; }
    void set_comparison(const ComparisonFacts &facts);
    void show_failure(const QString &sentence);

Q_SIGNALS:
    void pair_chosen(const QString &one, const QString &other); ///< folders

private:
    QWidget *make_facts();
    QComboBox *make_choice(int side);
    void choose();

    std::array<QComboBox *, 2> choices_{};
    std::array<std::vector<ElidedLabel *>, 2> facts_{};
    QLabel *differences_ = nullptr;
    StatePane *states_ = nullptr;
    ComparedTrialsModel *trials_ = nullptr;
    bool has_studies_ = false; ///< was told which there are
};

} // namespace ca
