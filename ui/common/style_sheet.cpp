// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/style_sheet.h"

#include <QHash>

namespace ca {
namespace {

// $name stands for a colour of the theme.
constexpr auto kSheet = uR"(
QMainWindow, QDockWidget, QDialog { background: $background; color: $ink; }
QMainWindow::separator { background: $background; width: 8px; height: 8px; }
QMainWindow::separator:hover { background: $accent_soft; }
QSplitter::handle { background: $grid; }
QSplitter::handle:hover { background: $accent; }
QDialog QWidget { font-size: 13px; }
QToolTip { background: $panel; color: $ink; border: 1px solid $line; padding: 4px 6px; }

[role="heading"] { color: $ink; font-size: 12px; font-weight: 600; }
[role="dim"] { color: $dim; font-size: 12px; }
[role="warning"] { color: $warning; font-size: 12px; }
[role="bad"] { color: $bad; font-size: 12px; }
[role="question"] { color: $ink; font-weight: 600; }
[role="explanation"] { color: $ink; }
[role="bar"] { background: $panel; }
[role="header"] { background: $panel; border-bottom: 1px solid $line; }
[role="strip"] { background: $panel; border-top: 1px solid $line; }
[role="pane_title"] { background: $panel; border: 1px solid $line; border-bottom-color: $grid;
    border-top-left-radius: 8px; border-top-right-radius: 8px; }
[role="pane_body"] { background: $panel; border: 1px solid $line; border-top: none;
    border-bottom-left-radius: 8px; border-bottom-right-radius: 8px; }
[role="rule"] { background: $grid; border: none; max-height: 1px; }
[role="card"] { background: $panel; border: 1px solid $line; border-radius: 8px; }

QPushButton, QComboBox, QSpinBox, QDoubleSpinBox, QLineEdit[role="field"] { background: $panel; color: $ink; border: 1px solid $line; border-radius: 6px;
    min-height: 26px; max-height: 26px; padding: 0 12px; }
QPushButton:hover, QComboBox:hover, QSpinBox:hover, QDoubleSpinBox:hover, QLineEdit[role="field"]:hover { border-color: $faint; }
QPushButton:pressed { background: $accent_soft; }
QPushButton:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QLineEdit[role="field"]:focus { border-color: $accent; }
QPushButton:disabled, QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled { color: $faint; }
QPushButton[role="primary"] { background: $accent; color: $panel; border-color: $accent; font-weight: 600; }
QPushButton[role="primary"]:hover { border-color: $ink; }
QPushButton[role="primary"]:focus { border: 2px solid $ink; padding: 0 11px; min-height: 24px; max-height: 24px; }
QPushButton[role="primary"]:disabled { background: $grid; color: $faint; border-color: $grid; }
QPushButton[role="small"] { min-height: 18px; max-height: 18px; padding: 0 10px; font-size: 12px; border-radius: 5px; }
QPushButton[role="link"] { background: transparent; border: 1px solid transparent; color: $accent; padding: 0 4px; }
QPushButton[role="link"]:focus, QPushButton[role="link"]:hover { border-color: $accent; }
QPushButton[role="segment"] { background: transparent; border: 1px solid transparent; color: $dim; font-size: 12px;
    font-weight: 600; min-height: 22px; max-height: 22px; padding: 0 8px; }
QPushButton[role="segment"]:checked { background: $accent_soft; color: $accent; }
QPushButton[role="segment"]:hover { color: $ink; }
QPushButton[role="segment"]:checked:hover { color: $accent; }
QPushButton[role="segment"]:focus { border-color: $accent; }
QPushButton[role="drop"] { background: $panel; border: 1px dashed $faint; border-radius: 8px; color: $dim;
    min-height: 60px; max-height: 60px; padding: 0 4px; }
QPushButton[role="drop"]:hover, QPushButton[role="drop"]:focus { border-color: $accent; }
QPushButton[role="drop"][armed="true"] { border: 1px dashed $accent; background: $accent_soft; color: $ink; }
QPushButton::menu-indicator { width: 0; }
QLineEdit[role="field"] { padding: 0 8px; selection-background-color: $selection; selection-color: $ink; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox QAbstractItemView { background: $panel; color: $ink; border: 1px solid $line; selection-background-color: $selection;
    selection-color: $ink; outline: 0; }
QRadioButton, QCheckBox { color: $ink; spacing: 8px; min-height: 24px; }
QRadioButton:disabled, QCheckBox:disabled { color: $faint; }
QCheckBox::indicator { width: 12px; height: 12px; border: 1px solid $faint; border-radius: 3px; background: $panel; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; }
QCheckBox::indicator:focus { border-color: $ink; }
QRadioButton::indicator { width: 12px; height: 12px; border: 1px solid $faint; border-radius: 7px; background: $panel; }
QRadioButton::indicator:checked { width: 6px; height: 6px; border: 4px solid $accent; }
QRadioButton::indicator:focus { border-color: $ink; }
QMenu { background: $panel; color: $ink; border: 1px solid $line; padding: 4px; font-size: 13px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $grid; margin: 4px 8px; }

QTableView, QListView { background: $panel; color: $ink; border: 1px solid transparent; gridline-color: $grid; outline: 0;
    selection-background-color: $selection; selection-color: $ink; }
QTableView:focus, QListView:focus { border: 1px solid $accent; border-radius: 4px; }
QHeaderView, QHeaderView::section { background: $panel; color: $dim; }
QHeaderView::section { border: none; border-bottom: 1px solid $grid; padding: 0 8px; font-size: 12px; }
QTableCornerButton::section { background: $panel; border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QPlainTextEdit { background: $panel; color: $dim; border: 1px solid $line; border-radius: 6px; padding: 4px; }
QPlainTextEdit:focus { border-color: $accent; }
QPlainTextEdit[role="edit"] { color: $ink; selection-background-color: $selection; selection-color: $ink; }

QProgressBar { background: $grid; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTabBar::tab { background: transparent; color: $dim; padding: 5px 12px; border-radius: 6px; font-size: 12px; font-weight: 600; }
QTabBar::tab:selected { background: $accent_soft; color: $accent; }
)";

} // namespace

QString style_sheet(const Theme &theme)
{
    // Longer names first: `$accent` is the beginning of `$accent_soft`.
    const std::pair<const char16_t *, QColor> roles[] = {
        {u"$accent_soft", theme.accent_soft},
        {u"$accent", theme.accent},
        {u"$background", theme.background},
        {u"$panel", theme.panel},
        {u"$line", theme.line},
        {u"$grid", theme.grid},
        {u"$ink", theme.ink},
        {u"$dim", theme.dim},
        {u"$faint", theme.faint},
        {u"$selection", theme.selection},
        {u"$good", theme.good},
        {u"$warning", theme.warning},
        {u"$bad", theme.bad},
    };
    QString sheet = QString::fromUtf16(kSheet);
    for (const auto &[name, color] : roles)
        sheet.replace(QString::fromUtf16(name), color.name());
    return sheet;
}

} // namespace ca
