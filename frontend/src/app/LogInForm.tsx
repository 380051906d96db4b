import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { messageOf } from "@/api/problem";
import { logIn, sessionQuery } from "@/api/session";

interface Props {
  /** Set when a session ended: only the same person may go on, as waiting work is theirs. */
  username?: string;
  onDone: () => void;
}

export function LogInForm({ username = "", onDone }: Props) {
  const queries = useQueryClient();
  const first = useRef<HTMLInputElement>(null);
  const form = useForm({ initialValues: { username, password: "" } });
  const submit = useMutation({
    mutationFn: logIn,
    meta: { shownInPlace: true },
    onSuccess: async () => {
      await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
      onDone();
    },
  });

  useEffect(() => first.current?.focus(), []);

  return (
    <form onSubmit={form.onSubmit((values) => submit.mutate(values))}>
      <Stack gap="sm">
        {submit.error && (
          <Alert color="red" role="alert">
            {messageOf(submit.error)}
          </Alert>
        )}
        <TextInput
          label="User name"
          autoComplete="username"
          required
          withAsterisk={false}
          ref={username === "" ? first : undefined}
          readOnly={username !== ""}
          {...form.getInputProps("username")}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          ref={username === "" ? undefined : first}
          data-autofocus
          visibilityToggleButtonProps={{ "aria-label": "Show password" }}
          {...form.getInputProps("password")}
        />
        <Button type="submit" loading={submit.isPending} fullWidth mt="xs">
          Log in
        </Button>
      </Stack>
    </form>
  );
}
