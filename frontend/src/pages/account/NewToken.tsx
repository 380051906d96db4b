import { Button, Group, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formErrorsOf } from "@/api/problem";
import { createToken, tokensQuery } from "@/api/session";
import type { Scope } from "@/api/types";
import { renamed } from "@/components/numbers";
import { ShownOnce } from "@/components/ShownOnce";

export function NewToken() {
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { name: "", scope: "read" as Scope, days: "90" },
    validate: { name: (name) => (name.trim() ? null : "Say what the token is for") },
  });
  const create = useMutation({
    mutationFn: ({ name, scope, days }: typeof form.values) =>
      createToken({ name: name.trim(), scope, expires_in_days: Number(days) }),
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
          <Button type="submit" size="xs" variant="default" loading={create.isPending}>
            Make a token
          </Button>
        </Group>
      </form>
    </>
  );
}
