import { Button, Group, MultiSelect, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { formErrorsOf } from "@/api/problem";
import { allProjectsQuery } from "@/api/projects";
import { createToken, tokensQuery } from "@/api/session";
import { renamed } from "@/components/numbers";
import { ShownOnce } from "@/components/ShownOnce";
import { type TokenValues, tokenBody, tokenFaults, UNFILLED } from "./token-form";

export function NewToken() {
  const queries = useQueryClient();
  const projects = useQuery(allProjectsQuery);
  const form = useForm<TokenValues>({ initialValues: UNFILLED, validate: tokenFaults });
  const create = useMutation({
    mutationFn: (values: TokenValues) => createToken(tokenBody(values)),
    onSuccess: () => {
      form.reset();
      return queries.invalidateQueries(tokensQuery);
    },
    onError: (error) => form.setErrors(renamed(formErrorsOf(error), { expires_in_days: "days" })),
  });

  return (
    <>
      {create.data && (
        <ShownOnce
          mb="md"
          title="Copy the token now. It is not shown again."
          what="token"
          secret={create.data.token}
          onClose={create.reset}
        />
      )}
      <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <TextInput
            flex={1}
            size="xs"
            label="What it is for"
            placeholder="Nightly export"
            maxLength={100}
            {...form.getInputProps("name")}
          />
          <Select
            w={130}
            size="xs"
            label="What it may do"
            allowDeselect={false}
            data={[
              { value: "read", label: "Read" },
              { value: "write", label: "Read and write" },
            ]}
            {...form.getInputProps("scope")}
          />
          <Select
            w={110}
            size="xs"
            label="Valid for"
            allowDeselect={false}
            data={[
              { value: "7", label: "7 days" },
              { value: "90", label: "90 days" },
              { value: "365", label: "A year" },
            ]}
            {...form.getInputProps("days")}
          />
        </Group>
        <Group gap="xs" align="flex-end" wrap="nowrap" mt="xs">
          <Select
            w={170}
            size="xs"
            label="What it reaches"
            allowDeselect={false}
            data={[
              { value: "all", label: "All my projects" },
              { value: "chosen", label: "Chosen projects" },
            ]}
            {...form.getInputProps("reach")}
          />
          {form.values.reach === "chosen" && (
            <MultiSelect
              flex={1}
              size="xs"
              label="Projects"
              searchable
              data={projects.data?.map(({ id, name }) => ({ value: String(id), label: name }))}
              {...form.getInputProps("projects")}
            />
          )}
          <Button type="submit" size="xs" variant="default" ml="auto" loading={create.isPending}>
            Make a token
          </Button>
        </Group>
      </form>
    </>
  );
}
