// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/files/pickle.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// A tensor as a pickle describes it: a view into a storage that lies elsewhere in the file.
struct PickledTensor {
    std::string dtype; ///< `float32` …
    std::size_t element_bytes = 0;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides; ///< in elements, as many as dimensions
    std::int64_t elements = 0;
    std::string storage;     ///< its key: the name of its file under `data/`
    std::int64_t offset = 0; ///< of the first element in the storage, in elements
    std::int64_t storage_elements = 0;
};

/// A whole number or a text, as text: what names a tensor in a dictionary, and a storage.
[[nodiscard]] std::string key_text(const PickleNode &key);

/// Checks that the view lies within its storage and, from 64 MiB on, does not repeat what is stored. Errors: `bad_format`, with a
/// sentence that begins with `what`.
[[nodiscard]] Result<PickledTensor> pickled_tensor(const PickleTree &tree, const PickleNode &node, const std::string &what);

/// The elements of the view, row after row without gaps; `storage` holds all of its storage's elements.
[[nodiscard]] std::vector<std::byte> gather(const PickledTensor &view, std::string_view storage);

/// The storage that was read last: views of one storage mostly follow each other.
struct LastStorage {
    std::string key;
    std::string bytes;
};

/// `gather` from the storage `key`, which is asked for where it is not the last one, and kept where the view leaves some of it.
/// `key` must stand for the same bytes each time. Errors: those of `read_storage`.
[[nodiscard]] Result<std::vector<std::byte>> gather_from(const PickledTensor &view, const std::string &key, LastStorage &last,
                                                         const std::function<Result<std::string>()> &read_storage);

/// Bytes of one element; 0 where the type is not known. Names as PyTorch's: `float32`, `bfloat16`, `qint8` …
[[nodiscard]] std::size_t element_bytes(std::string_view dtype);

} // namespace ca
