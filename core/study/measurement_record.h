// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/evaluate/measurement.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ca {

/// What a measurement depends on. Where all of it is the same the answers are, and nothing is measured twice.
struct MeasurementKey {
    std::string model;  ///< SHA-256 of the model file
    std::string recipe; ///< `hash` of the recipe
    std::string data;   ///< what turns images into answers: the data set, preprocessing, head; a hash or a text
    std::string split;  ///< Split::hash
    std::uint64_t seed = 0;
    std::string program; ///< the version of this program
    bool operator==(const MeasurementKey &) const = default;
};
/// SHA-256 of the canonical JSON.
[[nodiscard]] std::string hash(const MeasurementKey &key);
[[nodiscard]] Json to_json(const MeasurementKey &key);
/// Errors: `bad_format`.
[[nodiscard]] Result<MeasurementKey> measurement_key_from_json(const Json &json);

/// A measurement with what comparing it with others takes: whether each image was answered right (`accuracy.right`), and how.
struct MeasurementRecord {
    MeasurementKey key;
    Measurement measurement;
    std::vector<int> answers{}; ///< Predictions::top; empty where they are not kept
};
/// A flag for each image, `unread` ones too, as many set as `correct`; as many answers, or none. Errors: `bad_format`.
[[nodiscard]] Status check(const MeasurementRecord &record);

/// Two records of one key as one, the same whichever comes first. Times may differ (then the record whose JSON is the lesser text
/// has them), what was answered and how large it is may not. Errors: `bad_data` where it does.
[[nodiscard]] Result<MeasurementRecord> joined(const MeasurementRecord &a, const MeasurementRecord &b);

/// Eight flags a byte, the first in the lowest bit.
[[nodiscard]] std::vector<std::uint8_t> pack_flags(std::span<const std::uint8_t> flags);
/// Errors: `bad_format` where there are more or fewer bytes than `count` flags take, or a bit beyond the last is set.
[[nodiscard]] Result<std::vector<std::uint8_t>> unpack_flags(std::span<const std::uint8_t> bytes, std::size_t count);

/// The bytes of an answer (1, 2 or 4, the fewest that serve) in one byte, then each answer + 1, the lowest byte first. Answers
/// are -1 or more. Nothing for none.
[[nodiscard]] std::vector<std::uint8_t> pack_answers(std::span<const int> answers);
/// Errors: `bad_format`.
[[nodiscard]] Result<std::vector<int>> unpack_answers(std::span<const std::uint8_t> bytes);

} // namespace ca
