/* SPDX-License-Identifier: MIT */
/* From C++17: types and functions. Models come from a .c file, or from a coodie_model_builder. */
#include <coodie.h>

#include <cstdio>
#include <memory>
#include <string_view>

namespace
{

struct Free {
	void operator()(coodie_options *o) const
	{
		coodie_options_free(o);
	}
	void operator()(coodie_session *s) const
	{
		coodie_session_free(s);
	}
	void operator()(coodie_result *r) const
	{
		coodie_result_free(r);
	}
};
template <typename T> using Owned = std::unique_ptr<T, Free>;

int fail(const coodie_error &err)
{
	std::fprintf(stderr, "%s: %s\n", coodie_errc_name(err.code), err.message);
	return 1;
}

} // namespace

int main()
{
	coodie_error err{};
	Owned<coodie_options> options(coodie_options_new(&err));
	if (!options || !coodie_options_add_contact_point(options.get(), "127.0.0.1", &err))
		return fail(err);
	coodie_options_set_consistency(options.get(), CQL_CONSISTENCY_LOCAL_QUORUM);

	Owned<coodie_session> session(coodie_session_new(options.get(), &err));
	if (!session)
		return fail(err);

	/* Where C writes COODIE_REQUEST(.timeout_ms = 500) and CQL_ARGS(cql("system")): */
	coodie_request request{};
	request.size = sizeof(request);
	request.timeout_ms = 500;
	const cql_value binds[] = { cql_from_str("system") };
	const cql_args args{ 1, binds };

	Owned<coodie_result> result(coodie_session_query(
		session.get(),
		"SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?", args,
		&request, &err));
	if (!result)
		return fail(err);

	coodie_cursor cursor = coodie_result_cursor(result.get());
	while (coodie_cursor_next(&cursor)) {
		cql_text name;
		if (!coodie_cursor_text(&cursor, 0, &name, &err))
			return fail(err);
		const std::string_view view(name.data, name.len); /* lives as long as the result */
		std::printf("%.*s\n", static_cast<int>(view.size()), view.data());
	}
	return 0;
}
