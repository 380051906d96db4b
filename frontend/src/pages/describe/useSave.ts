import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { descriptionsQuery } from "@/api/descriptions";
import { isWorthRetrying } from "@/api/problem";
import { SaveId } from "./save-id";

interface Made {
  id: string;
  /** How long the person was at it. */
  seconds: number;
}

interface Options<M extends Made, Saved> {
  image: number;
  seconds: () => number;
  send: (made: M) => Promise<Saved>;
  /** Once the page shows what is saved. */
  onSaved: (saved: Saved, made: M) => void;
}

/**
 * Saves what a person wrote. Where no answer comes, or a fault, it is sent twice again under the
 * same id: whether the first had arrived or not, it is saved once.
 */
export function useSave<M extends Made, Saved>(options: Options<M, Saved>) {
  const { image, seconds, send, onSaved } = options;
  const queries = useQueryClient();
  const [saveId] = useState(() => new SaveId());
  const refresh = () => queries.invalidateQueries(descriptionsQuery(image));
  const { mutate, isPending, variables } = useMutation({
    mutationFn: send,
    networkMode: "always", // offline it fails, and says so
    retry: isWorthRetrying,
    onSuccess: async (saved, made) => {
      await refresh();
      onSaved(saved, made);
    },
    onError: refresh, // others may have written
  });
  const save = useCallback(
    (content: Omit<M, keyof Made>) =>
      // Omit hides from TypeScript that these are all that M has.
      mutate({ ...content, id: saveId.of(content), seconds: seconds() } as M),
    [mutate, saveId, seconds],
  );
  return { save, isSaving: isPending, sent: variables, forget: () => saveId.forget() };
}
