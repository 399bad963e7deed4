// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

/// RFC 4180 read by hand, for tests: records of fields.
inline std::vector<std::vector<std::string>> read_csv(const std::string &text)
{
    std::vector<std::vector<std::string>> records(1, std::vector<std::string>(1));
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
            records.back().back() += '"';
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == ',') {
            records.back().emplace_back();
        } else if (!quoted && c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
            records.emplace_back(1, std::string());
            ++i;
        } else {
            records.back().back() += c;
        }
    }
    records.pop_back();
    return records;
}

/// The field of a row (1: the first below the heading) in the column of this name.
inline std::string csv_cell(const std::string &text, std::size_t row, const std::string &column)
{
    const auto records = read_csv(text);
    for (std::size_t i = 0; i < records.at(0).size(); ++i)
        if (records[0][i] == column)
            return records.at(row).at(i);
    return "no such column";
}
