// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <vector>

namespace ca {

struct Sha256::Context {
    EVP_MD_CTX *value = EVP_MD_CTX_new();
    Context() { EVP_DigestInit_ex(value, EVP_sha256(), nullptr); }
    ~Context() { EVP_MD_CTX_free(value); }
    Context(const Context &) = delete;
    Context &operator=(const Context &) = delete;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256 &&) noexcept = default;
Sha256 &Sha256::operator=(Sha256 &&) noexcept = default;

void Sha256::add(std::span<const std::byte> bytes)
{
    EVP_DigestUpdate(context_->value, bytes.data(), bytes.size());
}

void Sha256::add(std::string_view bytes)
{
    add(std::as_bytes(std::span(bytes)));
}

std::string Sha256::hex()
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_->value, digest.data(), &size);
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
        text += kDigits[digest.at(i) >> 4U];
        text += kDigits[digest.at(i) & 15U];
    }
    return text;
}

std::string sha256(std::string_view bytes)
{
    Sha256 hash;
    hash.add(bytes);
    return hash.hex();
}

Result<std::string> sha256_of_file(const std::filesystem::path &file, std::stop_token stop)
{
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return fail(std::filesystem::exists(file) ? ErrorCode::unreadable : ErrorCode::not_found,
                    "The file " + file.string() + " cannot be opened. Check its name and permissions.");
    Sha256 hash;
    std::vector<char> buffer(1 << 20);
    while (stream) {
        if (stop.stop_requested())
            return cancelled();
        stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        hash.add(std::string_view(buffer.data(), static_cast<std::size_t>(stream.gcount())));
    }
    if (stream.bad())
        return fail(ErrorCode::unreadable, "The file " + file.string() + " could not be read to its end.");
    return hash.hex();
}

} // namespace ca
