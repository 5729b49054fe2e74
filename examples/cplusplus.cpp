/* SPDX-License-Identifier: MIT */
/* From C++17: types and functions. Models come from a .c file, or from a coodie_model_builder. */
#include <coodie.h>

#include <cstddef>
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
	void operator()(coodie_model_builder *b) const
	{
		coodie_model_builder_free(b);
	}
	void operator()(coodie_model *m) const
	{
		coodie_model_free(m);
	}
};
template <typename T> using Owned = std::unique_ptr<T, Free>;

int fail(const coodie_error &err)
{
	std::fprintf(stderr, "%s: %s\n", coodie_errc_name(err.code), err.message);
	return 1;
}

/* A struct whose model C++ builds: C's COODIE_COLUMN does this by itself. */
struct person {
	coodie_row row;
	int32_t id;
	cql_text name;
};

coodie_column column(const char *name, const char *type, std::size_t offset, std::size_t size,
		     coodie_member member)
{
	coodie_column c{};

	c.name = name;
	c.type = type;
	c.offset = static_cast<uint32_t>(offset);
	c.size = static_cast<uint32_t>(size);
	c.member = static_cast<uint32_t>(member);
	return c;
}

coodie_model *build_person(coodie_error *err)
{
	Owned<coodie_model_builder> b(
		coodie_model_builder_new("person", sizeof(person), "people"));
	coodie_column id = column("id", "int", offsetof(person, id), sizeof(person::id),
				  COODIE_MEMBER_INT32);
	coodie_column name = column("name", "text", offsetof(person, name), sizeof(person::name),
				    COODIE_MEMBER_TEXT);
	coodie_model options{};

	id.partition_key = 1;
	coodie_model_builder_column(b.get(), &id);
	coodie_model_builder_column(b.get(), &name);
	options.size = sizeof(options);
	options.keyspace = "shop";
	coodie_model_builder_options(b.get(), &options);
	return coodie_model_builder_build(b.get(), err);
}

bool save_person(coodie_session *s, coodie_error *err)
{
	Owned<coodie_model> model(build_person(err));
	person ada{};

	ada.id = 1;
	ada.name = cql_text_of("Ada");
	return model && coodie_create_keyspace(s, "shop", nullptr, err) &&
	       coodie_sync_table(s, model.get(), nullptr, err) &&
	       coodie_save(s, model.get(), &ada, nullptr, err);
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
	return save_person(session.get(), &err) ? 0 : fail(err);
}
