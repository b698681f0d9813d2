// What can be expected to fail returns a Result: a value, or an Error that a person can act on.
// A broken invariant or a storage fault is an exception instead, caught once at each boundary.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace walkin::base {

// Why something was refused. The code is for programs, the message for people.
enum class ErrorCode {
  invalid,     // input breaks a rule; `context` names the field
  not_found,   // there is no such ticket, station, file
  conflict,    // somebody else was first (a name is taken, a code is used)
  denied,      // the caller may not
  not_allowed, // the workflow does not allow it from here
  offline,     // the desk could not be reached, or what answered is not a desk
  busy,        // in use elsewhere, or told to come back later
  too_new,     // written by a newer program
  unusable,    // a file or folder is not what it should be
  no_space,    // the disk is full or read-only
  internal,    // should not happen; the message says what to report
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message; // one sentence in English that says what is wrong and how to mend it
  std::string context; // the field, path or code it is about; may be empty
};

// tl::expected with [[nodiscard]]: a refusal cannot be dropped by accident.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
public:
  using tl::expected<T, Error>::expected;
};

using Status = Result<void>;

// return fail(ErrorCode::invalid, "The ending is missing.", "contact.email");
inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string context = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(context)});
}

// return forward_error(inner);  passes a failed Result on as another Result type
template <class T>
tl::unexpected<Error> forward_error(const Result<T>& failed) {
  return tl::unexpected<Error>(failed.error());
}

} // namespace walkin::base
